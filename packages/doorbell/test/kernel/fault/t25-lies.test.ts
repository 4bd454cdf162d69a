/** T25, T26: a forwarder that lies about what it passes on, a caller that does as it likes, and honest ones around them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until, within } from "@doorbell-js/test-support/until";

import { nameServerSid } from "../../../src/kernel/names/server.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import type { Slot } from "../../../src/kernel/ring/ring.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { RawLane, type RawSlot } from "../support/raw-lane.ts";
import type { RawParty } from "../support/raw-party.ts";
import { filled, type Outcome, PassingWorld, serve, Watched } from "./passing-world.ts";

type Lent = "blockingScalar" | "lend" | "mutableLend";

/** What a forwarder makes of a call, and what comes of it. */
interface Lie {
  readonly called: Lent;
  /** What it passes on instead, to the honest server. */
  says(slot: Slot, world: PassingWorld, raw: RawParty): Partial<RawSlot>;
  /** Whether the honest server is asked at all. */
  readonly isReceived?: boolean;
  readonly outcome: Outcome;
  /** Whether the honest server cuts the liar off. */
  readonly isCut?: boolean;
}

const size = 100;
const bytes = (length: number): Pick<RawSlot, "bytes" | "words"> => ({
  bytes: new Uint8Array(length).fill(1),
  words: [Number.NaN, Number.NaN],
});
const impossible = "failed ServerNotFound";

/** The liar ends at last: who waits for it hears so. */
const lies: Readonly<Record<string, Lie>> = {
  "nothing at all": { called: "blockingScalar", says: () => ({}), outcome: "answered" },
  "another key": { called: "blockingScalar", says: ({ e }) => ({ fifth: e + 1 }), outcome: "waits" },
  "no key": { called: "blockingScalar", says: () => ({ fifth: Number.NaN }), outcome: "waits" },
  "another call": { called: "blockingScalar", says: ({ call }) => ({ call: call + 1 }), outcome: "waits" },
  "a caller that waits for something else": {
    called: "blockingScalar",
    says: (_, { victim }) => ({ caller: victim.thread }),
    outcome: "waits",
  },
  "itself as the caller": {
    called: "blockingScalar",
    says: (_, __, raw) => ({ caller: raw.thread }),
    outcome: "waits",
  },
  "a caller that there is not": {
    called: "blockingScalar",
    says: () => ({ caller: 999_999 }),
    isReceived: false,
    outcome: "waits",
  },
  "the server as the caller": {
    called: "blockingScalar",
    says: (_, { server }) => ({ caller: server.thread }),
    isReceived: false,
    outcome: "waits",
    isCut: true,
  },
  "that it was never passed on": { called: "blockingScalar", says: () => ({ depth: 0 }), outcome: "waits" },
  "that it was passed on eight times": { called: "blockingScalar", says: () => ({ depth: 8 }), outcome: "answered" },
  "that it was passed on nine times": {
    called: "blockingScalar",
    says: () => ({ depth: 9 }),
    isReceived: false,
    outcome: "waits",
    isCut: true,
  },
  "that it was passed on 255 times": {
    called: "blockingScalar",
    says: () => ({ depth: 255 }),
    isReceived: false,
    outcome: "waits",
    isCut: true,
  },
  "a scalar, of a call": { called: "blockingScalar", says: () => ({ kind: Kind.scalar }), outcome: "waits" },
  "a lend, of a blocking scalar": {
    called: "blockingScalar",
    says: () => ({ kind: Kind.lend, ...bytes(size) }),
    outcome: impossible,
  },
  "a mutable lend, of a blocking scalar": {
    called: "blockingScalar",
    says: () => ({ kind: Kind.mutableLend, ...bytes(size) }),
    outcome: impossible,
  },
  "a mutable lend, of a lend": {
    called: "lend",
    says: () => ({ kind: Kind.mutableLend, ...bytes(size) }),
    outcome: "answered",
  },
  "a blocking scalar, of a lend": { called: "lend", says: () => ({ kind: Kind.blockingScalar }), outcome: impossible },
  "a blocking scalar, of a mutable lend": {
    called: "mutableLend",
    says: () => ({ kind: Kind.blockingScalar }),
    outcome: impossible,
  },
  "a lend, of a mutable lend": {
    called: "mutableLend",
    says: () => ({ kind: Kind.lend, ...bytes(size) }),
    outcome: impossible,
  },
  "less memory than was lent": {
    called: "mutableLend",
    says: () => ({ kind: Kind.mutableLend, ...bytes(size - 1) }),
    outcome: impossible,
  },
  "more memory than was lent": {
    called: "mutableLend",
    says: () => ({ kind: Kind.mutableLend, ...bytes(size + 1) }),
    outcome: impossible,
  },
  "none of the memory that was lent": {
    called: "mutableLend",
    says: () => ({ kind: Kind.mutableLend, ...bytes(0) }),
    outcome: impossible,
  },
  "more memory than it sends": {
    called: "mutableLend",
    says: () => ({ kind: Kind.mutableLend, ...bytes(size), length: 60_000 }),
    isReceived: false,
    outcome: "waits",
    isCut: true,
  },
};

test("T25 a forwarder that lies harms the call that it was given, and no other", { timeout: 60_000 }, async (t) => {
  await using world = await PassingWorld.start();
  for (const [what, { called, says, isReceived = true, outcome, isCut = false }] of Object.entries(lies)) {
    const raw = await world.raw();
    const { connection, lane } = await world.serverOf(raw);
    const memory = filled(size, 3);
    const call = new Watched(
      called === "blockingScalar" ? connection.blockingScalar(1) : connection[called](1, memory),
    );
    const slot = await lane.next();
    const toHonest = await raw.connect(world.honest.sid);
    raw.post({ type: "introduce", request: 400, client: world.caller.thread, server: world.server.thread });
    await raw.hears("done");
    // A call of another, with the very place in its table that the lie may name.
    const other = new Watched((await world.victim.connect(world.honest.sid)).blockingScalar(1));
    const others = world.honest.tryReceive();
    const passed = { kind: Kind.blockingScalar, connection: toHonest, id: 1, depth: 1, caller: world.caller.thread };
    const { depth, ...lie } = { ...passed, call: slot.call, fifth: slot.e, ...says(slot, world, raw) };
    (await raw.laneTo(world.server.thread)).write({ ...lie, ...(depth > 0 ? { depth } : {}) });
    const message = world.honest.tryReceive();
    assert.equal(message !== undefined, isReceived, `whether it is received: ${what}`);
    if (message !== undefined) serve(message);
    for (let look = 0; look < 2; look += 1) await world.callerLooks();
    assert.equal(call.outcome, outcome, what);
    assert.equal(await world.isCut(raw, world.server), isCut, `whether it is cut off: ${what}`);
    assert.equal(other.outcome, "waits", `another's call, by ${what}`);
    serve(others as Message);
    while (other.outcome === "waits") await new Promise(setImmediate);
    assert.deepEqual([...(other.value as number[])], [7]);
    await world.endRaws();
    await until(`the call ends with the liar: ${what}`, () => call.outcome !== "waits");
    if (outcome === "waits") assert.equal(call.outcome, impossible);
    // Of a lend nothing is ever changed; of a mutable one nothing but by its answer.
    if (called !== "blockingScalar")
      assert(
        memory.bytes.every((byte) => byte === 3),
        `what was lent is changed: ${what}`,
      );
    assert.equal(world.honest.owed, 0);
  }
  // Honest lanes are there still: who answered lies was not blamed.
  const cut = Object.values(lies).filter(({ isCut }) => isCut === true).length;
  assert.equal((await world.joined.kernel.inspect()).quarantined, cut);
  report(t, `T25 lies of a forwarder: ${Object.keys(lies).length} told, others harmed 0, honest lanes cut 0`);
});

test("T25 a lane for answers is no connection, either way", { timeout: 60_000 }, async () => {
  await using world = await PassingWorld.start();
  const acts: Readonly<Record<string, { readonly slot: RawSlot; readonly isCut: boolean }>> = {
    "a message": { slot: { kind: Kind.scalar, id: 1 }, isCut: true },
    "a call": { slot: { kind: Kind.blockingScalar, id: 1 }, isCut: true },
    "an answer": { slot: { kind: Kind.answer, id: 1 }, isCut: true },
    "an answer of what was passed on": { slot: { kind: Kind.passedAnswer, id: 1 }, isCut: false },
    "a word that it was passed on": { slot: { kind: Kind.passed, id: 1, words: [1] }, isCut: false },
  };
  for (const [what, { slot, isCut }] of Object.entries(acts)) {
    // Here the one that calls is the hostile one: it has a lane to the server because its call was passed on.
    const raw = await world.raw();
    const passer = await world.joined.join();
    const outer = await passer.createServer();
    const toHonest = await passer.connect(world.honest.sid);
    const toOuter = await raw.connect(outer.sid);
    const toPasser = await raw.laneTo(passer.thread);
    toPasser.write({ kind: Kind.blockingScalar, connection: toOuter, id: 1, call: 5, fifth: 77 });
    const message = outer.tryReceive();
    assert(message !== undefined);
    await message.forward(toHonest, 1);
    const received = world.honest.tryReceive();
    assert(received !== undefined);
    const lane = await raw.laneTo(world.server.thread);
    lane.write({ ...slot, ...(slot.kind > Kind.move ? RawLane.named(5, 77) : {}) });
    assert.equal(world.honest.tryReceive(), undefined, `${what} came through`);
    assert.equal(await world.isCut(raw, world.server), isCut, what);
    serve(received);
    if (!isCut) {
      const answer = await lane.next();
      assert.deepEqual([answer.kind, answer.call, answer.a], [Kind.passedAnswer, 5, 7]);
    }
    assert.equal(world.honest.owed, 0);
    await passer.leave();
    await world.endRaws();
  }
});

test(
  "T25 nothing is passed on to the name server, which could be made to cut others off",
  { timeout: 60_000 },
  async () => {
    await using world = await PassingWorld.start();
    // An honest thread that is busy, and takes no answers meanwhile.
    const busy = await world.raw();
    await busy.connect(nameServerSid);
    const liar = await world.raw();
    const connection = await liar.connect(nameServerSid);
    const lane = liar.lane as RawLane;
    for (let sent = 0; sent < 3_000 && !liar.all.some(({ type }) => type === "peerGone"); sent += 10) {
      for (let one = 0; one < 10; one += 1)
        lane.write({ kind: Kind.blockingScalar, connection, id: 5, call: 0, fifth: 1, depth: 1, caller: busy.thread });
      liar.post({ type: "ring" });
      await until("they are taken", async () => (await world.caller.inspect()).own[0]?.queued === 0);
    }
    assert(!busy.all.some(({ type }) => type === "peerGone"), "an honest thread was cut off by another's lies");
    assert.equal(busy.lane?.reader.available, 0);
    await within("the liar is cut off", liar.hears("peerGone"));

    const own = await world.caller.createServer();
    const toOwn = await world.victim.connect(own.sid);
    const names = await world.caller.connect(nameServerSid);
    const call = new Watched(toOwn.blockingScalar(1));
    const message = await own.receive();
    await assert.rejects(message.forward(names, 5), { code: "AccessDenied", detail: "kernel" });
    assert.throws(() => message.tryForward(names, 5), { code: "AccessDenied", detail: "kernel" });
    serve(message);
    await until("it is answered here", () => call.outcome === "answered");
  },
);
