/** T25 where calls are passed on: every party tries what only another may do. */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import type { Slot } from "../../../src/kernel/ring/ring.ts";
import type { RawLane } from "../support/raw-lane.ts";
import type { RawParty } from "../support/raw-party.ts";
import { answerBy, type Known, known, type Outcome, PassingWorld, tellBy, Watched } from "./passing-world.ts";

/** A call that was passed on by hand, and everybody around it. */
interface Scene {
  readonly world: PassingWorld;
  readonly call: Watched;
  /** What who has, or had, the call knows. */
  readonly of: Known;
  /** The parties by what they are to the call, and each one's lane to the caller. */
  readonly parties: Readonly<Record<Party, RawParty>>;
  readonly lanes: Readonly<Record<Party, RawLane>>;
  /** Connections: of the forwarder and of the narrowed holder, to the target. */
  readonly toTarget: number;
  readonly narrowed: number;
}

type Party = "forwarder" | "target" | "stranger" | "holder";
const partyNames: readonly Party[] = ["forwarder", "target", "stranger", "holder"];

/** What an operation does to the call, and whether the one who tries it is cut off from the caller. */
interface Expected {
  readonly outcome: Outcome;
  readonly cut?: boolean;
}
const nothing: Expected = { outcome: "waits" };
const answered: Expected = { outcome: "answered" };
const cutOff: Expected = { outcome: "waits", cut: true };
/** If the one that holds the call is cut off, nobody is left to answer it. */
const allCutOff: Readonly<Record<Party, Expected>> = {
  forwarder: cutOff,
  target: { outcome: "failed ServerNotFound", cut: true },
  stranger: cutOff,
  holder: cutOff,
};

interface Operation {
  /** Who does not know the key guesses. */
  run(scene: Scene, party: Party, guess: Known): void | Promise<void>;
  /** By party, when the call was passed on and its caller knows. */
  readonly expected: Readonly<Record<Party, Expected>>;
}

/** For a party that knows the key, and for one that does not. */
const byKey = (knows: Expected, guesses: Expected = nothing): Readonly<Record<Party, Expected>> => ({
  forwarder: knows,
  target: knows,
  stranger: guesses,
  holder: guesses,
});
const gone = 999_999;

const operations: Readonly<Record<string, Operation>> = {
  "answer it as one that was passed on": {
    run: ({ lanes }, party, key) => answerBy(lanes[party], key, 1, 7),
    expected: byKey(answered),
  },
  "answer it as the one that was called": {
    run: ({ lanes }, party, key) => answerBy(lanes[party], key, 1, 7, Kind.answer),
    expected: { ...allCutOff, target: answered },
  },
  "answer it twice": {
    run: ({ lanes }, party, key) => {
      answerBy(lanes[party], key, 1, 7);
      answerBy(lanes[party], key, 1, 8);
    },
    expected: byKey(answered),
  },
  "answer it with what is no answer to such a call": {
    run: ({ lanes }, party, key) => answerBy(lanes[party], key, 16),
    expected: byKey({ outcome: "failed ServerNotFound" }),
  },
  "answer it with bytes that are not there": {
    run: ({ lanes }, party, { call, key }) =>
      lanes[party].write({
        kind: Kind.passedAnswer | (1 << 8),
        id: 1,
        call,
        connection: key | 0,
        ticket: (key / 2 ** 32) | 0,
        words: [0, 0, 1e9],
      }),
    expected: byKey({ outcome: "failed ServerNotFound", cut: true }, cutOff),
  },
  "say that it was passed on, to one that has ended": {
    run: ({ lanes }, party, key) => tellBy(lanes[party], key, 2, gone),
    expected: byKey({ outcome: "failed ServerNotFound" }),
  },
  "say that it was passed on, to its caller": {
    run: ({ lanes, world }, party, key) => tellBy(lanes[party], key, 2, world.caller.thread),
    expected: byKey({ outcome: "failed ServerNotFound" }),
  },
  "say that it was passed on less far": {
    run: ({ lanes }, party, key) => tellBy(lanes[party], key, 1, gone),
    expected: byKey(nothing),
  },
  "say by the kernel that it was passed on, to one that has ended": {
    run: ({ parties, world }, party, { call, key }) =>
      parties[party].post({ type: "passed", peer: world.caller.thread, call, key, depth: 2, holder: gone }),
    expected: byKey({ outcome: "failed ServerNotFound" }),
  },
  "say by the kernel what is no number": {
    run: ({ parties, world }, party) => {
      const word = {
        type: "passed",
        peer: world.caller.thread,
        call: "length",
        key: undefined,
        depth: 2,
        holder: gone,
      };
      parties[party].post(word as never);
    },
    // Who speaks nonsense is not heard any more: it has ended, for everybody.
    expected: { ...byKey(nothing), target: { outcome: "failed ServerNotFound" } },
  },
  "send its caller a message by the way that is there for answers": {
    run: ({ lanes }, party) => lanes[party].write({ kind: Kind.scalar, connection: 1, id: 1 }),
    expected: allCutOff,
  },
  "pass it on to its caller": {
    run: ({ lanes, world }, party, { call, key }) =>
      lanes[party].write({
        kind: Kind.blockingScalar,
        connection: 0,
        id: 1,
        call,
        fifth: key,
        depth: 2,
        caller: world.caller.thread,
      }),
    expected: allCutOff,
  },
  "ask for a lane between its caller and one that it has no lane to": {
    run: async ({ parties, world }, party) => {
      const others = [world.victim.thread, gone, world.caller.thread, parties[party].thread];
      for (const server of others) {
        parties[party].post({ type: "introduce", request: 500, client: world.caller.thread, server });
        assert.equal(await parties[party].reply(), "ServerNotFound", "a lane was laid that must not be");
        parties[party].post({ type: "introduce", request: 500, client: server, server: world.caller.thread });
        assert.equal(await parties[party].reply(), "ServerNotFound", "a lane was laid that must not be");
      }
    },
    expected: byKey(nothing),
  },
  "cut off others": {
    run: ({ parties, world }, party) => {
      for (const peer of [world.victim.thread, gone, parties[party].thread])
        parties[party].post({ type: "quarantine", peer, reason: "" });
    },
    expected: byKey(nothing),
  },
};

/** A call to the forwarder that it passed on to the target, as it should. */
async function scene(world: PassingWorld): Promise<Scene> {
  const [forwarder, target] = [await world.raw(), await world.raw()];
  const { connection, lane } = await world.serverOf(forwarder);
  const call = new Watched(connection.blockingScalar(3, [5]));
  const slot: Slot = await lane.next();
  const own = Sid.random();
  await target.serve(own);
  const toTarget = await forwarder.connect(own);
  forwarder.post({ type: "introduce", request: 400, client: world.caller.thread, server: target.thread });
  await forwarder.hears("done");
  const passed = { kind: Kind.blockingScalar, connection: toTarget, id: 3, depth: 1, caller: world.caller.thread };
  (await forwarder.laneTo(target.thread)).write({ ...passed, call: slot.call, fifth: slot.e });
  tellBy(lane, known(slot), 1, target.thread);
  const [stranger, holder] = [await world.raw(), await world.raw()];
  await stranger.connect(world.open.sid);
  const narrowed = await holder.connect((await world.open.narrow({ opcodes: [7] })).sid);
  await world.callerLooks();
  const parties = { forwarder, target, stranger, holder };
  const lanes: Partial<Record<Party, RawLane>> = {};
  for (const party of partyNames) lanes[party] = await parties[party].laneTo(world.caller.thread);
  const there = await (await target.laneTo(forwarder.thread)).next();
  assert.deepEqual(known(there), known(slot));
  return { world, call, of: known(there), parties, lanes: lanes as Scene["lanes"], toTarget, narrowed };
}

test(
  "T25 who has to do with a call that is passed on gets no further than its part",
  { timeout: 120_000 },
  async (t) => {
    await using world = await PassingWorld.start();
    let cells = 0;
    for (const [what, { run, expected }] of Object.entries(operations))
      for (const party of partyNames) {
        const now = await scene(world);
        const cell = `the ${party} tries to ${what}`;
        // A honest call that is on its way meanwhile, and its server.
        const other = new Watched((await world.victim.connect(world.honest.sid)).blockingScalar(1));
        const isKnown = party === "forwarder" || party === "target";
        const guess = { call: now.of.call, key: randomInt(2 ** 47) };
        await run(now, party, isKnown ? now.of : guess);
        await world.heard(now.parties[party]);
        await world.callerLooks();
        const { outcome, cut = false } = expected[party];
        assert.equal(now.call.outcome, outcome, cell);
        if (outcome === "answered") assert.deepEqual([...(now.call.value as number[])], [7], cell);
        assert.deepEqual(await world.cut(now.parties), cut ? [party] : [], `who is cut off when ${cell}`);
        // Whatever was tried, a call that waits is still the target's to answer.
        if (outcome === "waits") {
          answerBy(now.lanes.target, now.of, 1, 9);
          await world.callerLooks();
          assert.deepEqual([...(now.call.value as number[])], [9], `the answer after ${cell}`);
        }
        if (outcome === "waits" && cut && party === "target") assert.equal(now.call.outcome, outcome);
        const honest = world.honest.tryReceive();
        assert(honest?.kind === "blockingScalar");
        honest.answer(1);
        while (other.outcome === "waits") await new Promise(setImmediate);
        assert.equal(other.outcome, "answered", `an honest call, when ${cell}`);
        await world.endRaws();
        cells += 1;
      }
    report(t, `T25 passing on: ${cells} cells, ${partyNames.length} parties, unexpected ${zero(cells)}`);
  },
);
