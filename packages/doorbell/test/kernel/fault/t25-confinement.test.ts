import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { codeNumber } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import { RawParty } from "../support/raw-party.ts";

const failure = 256;
const kinds = [Kind.scalar, Kind.blockingScalar] as const;

test("T25 who writes its slots by hand gets no further than its id", { timeout: 60_000 }, async (t) => {
  await using kernel = await Kernel.start();
  using server = await kernel.createServer({ queueMax: 4 });
  const narrowed = await server.narrow({ opcodes: [1] });
  let cells = 0;
  const party = async (): Promise<RawParty> => new RawParty(await kernel.invite());
  /** Whatever was sent is taken by now; nothing of it was received. */
  const nothingCame = (): void => {
    assert.equal(server.tryReceive(), undefined, "something came through that must not");
    cells += 1;
  };

  // Opcodes that its id does not pass.
  for (const kind of kinds) {
    using raw = await party();
    const connection = await raw.connect(narrowed.sid);
    for (const id of [0, 2, 1_000, 2 ** 32 - 1]) {
      raw.write(kind, connection, id);
      nothingCame();
      if (kind === Kind.blockingScalar) assert.equal(await raw.answer(), failure + codeNumber("AccessDenied"));
    }
    raw.write(kind, connection, 1);
    assert.equal(server.tryReceive()?.id, 1);
    cells += 1;
  }
  assert.equal(server.denied, 8);

  // Connections that it does not have; kinds that there are not.
  for (let forged = 1; forged < 1_024; forged += 31) {
    using raw = await party();
    await raw.connect(narrowed.sid);
    raw.write(Kind.scalar, forged, 1);
    nothingCame();
    await raw.hears("peerGone");
  }
  for (const kind of [0, 9, 200]) {
    using raw = await party();
    const connection = await raw.connect(narrowed.sid);
    raw.write(kind, connection, 1);
    nothingCame();
    await raw.hears("peerGone");
  }

  // More than its share of the queue.
  {
    using raw = await party();
    const connection = await raw.connect(narrowed.sid);
    for (let sent = 0; sent < 5; sent += 1) raw.write(Kind.blockingScalar, connection, 1);
    server.tryReceive();
    await raw.hears("peerGone");
    cells += 1;
  }

  // Answers to calls that others were asked.
  {
    using other = await kernel.createServer();
    using connection = await kernel.connect(other.sid);
    const waiting = connection.blockingScalar(5);
    for (let index = 0; index < 4; index += 1) {
      using raw = await party();
      await raw.connect(narrowed.sid);
      raw.write(Kind.answer, 0, 1, index, 0, 666);
      nothingCame();
      const first = await Promise.race([waiting, Promise.resolve("still waiting")]);
      assert.equal(first, "still waiting", "a forged answer was taken");
      await raw.hears("peerGone");
    }
    // As if the call had been passed on to it; and that it was passed on to somebody.
    for (let index = 0; index < 4; index += 1) {
      using raw = await party();
      const own = await raw.connect(narrowed.sid);
      raw.write(Kind.passedAnswer, 0, 1, index, 0, 666);
      raw.write(Kind.passed, 0, 999, index, 0, 1);
      raw.write(Kind.scalar, own, 1);
      assert.equal(server.tryReceive()?.id, 1, "what names no call breaks nothing");
      const first = await Promise.race([waiting, Promise.resolve("still waiting")]);
      assert.equal(first, "still waiting", "a forged answer was taken");
      cells += 2;
    }
    const message = other.receiveSync();
    assert(message.kind === "blockingScalar");
    message.answer(7);
    assert.deepEqual(await waiting, [7], "a forged answer was taken");
  }

  // Ids that it was not given, and what only an owner may ask.
  {
    using raw = await party();
    await raw.hears("welcome");
    for (let guess = 0; guess < 2_000; guess += 1)
      raw.post({ type: "connect", request: guess, sid: Sid.random().words(), wait: false });
    for (let guess = 0; guess < 2_000; guess += 1) assert.equal((await raw.hears("failed")).code, "ServerNotFound");
    raw.post({ type: "revoke", sid: narrowed.sid.words() });
    raw.post({ type: "destroyServer", server: 1 });
    raw.post({ type: "narrow", request: 1, server: 1, sid: Sid.random().words(), opcodes: [0], narrowed: 9 });
    assert.equal((await raw.hears("failed")).code, "ServerNotFound");
    raw.post({ type: "disconnect", peer: kernel.thread, connection: 0 });
    raw.post({ type: "quarantine", peer: kernel.thread, reason: "" });
    using still = await kernel.connect(narrowed.sid);
    await still.scalar(1);
    assert.equal((await server.receive()).id, 1);
    cells += 6;
  }
  // Nonsense ends who speaks it, and nobody else.
  {
    using raw = await party();
    await raw.hears("welcome");
    raw.post({ type: "connect" } as never);
    raw.post(null as never);
    while ((await kernel.inspect()).threads.length > 1) await new Promise(setImmediate);
    cells += 2;
  }
  report(t, `T25 confinement: ${cells} cells, 0 unexpected`);
});
