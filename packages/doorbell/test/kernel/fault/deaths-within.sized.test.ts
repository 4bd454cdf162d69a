import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until } from "@doorbell-js/test-support/until";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection, Server } from "../../../src/kernel/types.ts";
import { isAll } from "../support/contents.ts";
import { Threads } from "../support/threads.ts";
import { wokenMs } from "../support/woken.ts";
import type { MortalData } from "./mortal.ts";
import { mortalKernel, points } from "./points.ts";

const url = mortalKernel();
const mortal = new URL("./mortal.js", import.meta.url);
const limitMs = deadline(wokenMs);
const patience = { timeoutMs: limitMs };
/** A hundred times what it took a thread to start, and to come to its point. */
const comesMs = 30_000;
const names = Object.keys(points);
/** How often a point is passed before it is the last; odd numbers await, even ones block. */
const lives = sized([0, 7], [0, 1, 7]);
/** Of who blocks, only one that sleeps by then is left asleep: that is tried more often. */
const livesOf = (at: string): readonly number[] => (at === "flag cleared, not notified" ? [0, 2, 4, 6, 1, 7] : lives);

/** Points that a thread passes only where it sends, or only where it answers. */
const partsOf = (at: string): readonly MortalData["part"][] => {
  if (["memory posted, no slot", "slot written, not counted"].includes(at)) return ["client"];
  return at.includes("answer") || at.includes("place is free") ? ["server"] : ["server", "client"];
};

test("T06 a server dies inside the ring's code and inside an answer: its callers hear of it", async (t) => {
  await using kernel = await Kernel.start();
  let longest = 0;
  let deaths = 0;
  for (const at of names.filter((name) => partsOf(name).includes("server")))
    for (const after of livesOf(at)) {
      await using threads = new Threads();
      const sid = Sid.random();
      const data: MortalData = { url, part: "server", sid: sid.words(), at, after };
      const thread = threads.add(await kernel.spawn(mortal, { data }));
      const connection = await kernel.connect(sid);
      const sync = after % 2 === 0;
      for (let call = 0; connection.alive; call += 1) {
        assert(call < 200, `a server never came to the point "${at}"`);
        const before = performance.now();
        try {
          await ask(connection, call, sync);
        } catch (error) {
          assert(error instanceof KernelError, `${at}: ${String(error)}`);
          assert.equal(error.code, "ServerNotFound", `${at}, after ${after}`);
        }
        longest = Math.max(longest, performance.now() - before);
        assert(longest < limitMs, `a caller waited ${ms(longest)} for the dead`);
      }
      await thread.exited;
      deaths += 1;
    }
  await assertEmpty(kernel, 1);
  report(
    t,
    `T06 server dies within: ${deaths} deaths at ${names.length} points, p100 ${ms(longest)}, hung ${zero(deaths)}`,
  );
});

test("T06 a client dies inside the ring's code: its server goes on, and serves the others", async (t) => {
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  const server = await kernel.createServer();
  const counters = new SharedArrayBuffer(8);
  const seen = new Int32Array(counters);
  threads.add(
    await kernel.spawn(new URL("./honest-client.js", import.meta.url), { data: { sid: server.sid.words(), counters } }),
  );
  let deaths = 0;
  for (const at of names.filter((name) => partsOf(name).includes("client")))
    for (const after of lives) {
      const data: MortalData = { url, part: "client", sid: server.sid.words(), at, after };
      const thread = threads.add(await kernel.spawn(mortal, { data }));
      let dead = false;
      void thread.exited.then(() => (dead = true));
      // The honest one always has a call on its way: whoever waits in vain has missed it.
      const started = performance.now();
      for (let served = 0; !dead; served += 1) {
        // By the clock: how much the honest one asks while a thread comes up is nothing that a fault changes.
        assert(performance.now() - started < comesMs, `a client never came to the point "${at}"`);
        await serve(server, after % 2 === 0);
        if (served % 10 === 0) await new Promise(setImmediate);
      }
      const before = Atomics.load(seen, 0);
      for (let served = 0; served < 50; served += 1) await serve(server, after % 2 === 0);
      assert(Atomics.load(seen, 0) > before + 10, `${at}: the others are not served any more`);
      deaths += 1;
    }
  assert.equal(Atomics.load(seen, 1), 0, "an honest call failed");
  await assertEmpty(kernel, 2);
  report(t, `T06 client dies within: ${deaths} deaths, honest calls ${Atomics.load(seen, 0)}, failed ${zero(deaths)}`);
});

/** A call of each kind in turn, with memory in line and by the port. */
async function ask(connection: Connection, call: number, sync: boolean): Promise<void> {
  if (call % 3 === 0) {
    const answer = sync
      ? connection.blockingScalarSync(1, [call], patience)
      : await connection.blockingScalar(1, [call], patience);
    assert.deepEqual([...answer], [call + 1]);
    return;
  }
  const memory = new Memory(call % 3 === 1 ? 100 : 20_000);
  memory.bytes.fill(call);
  try {
    if (sync) connection.mutableLendSync(2, memory, patience);
    else await connection.mutableLend(2, memory, patience);
  } finally {
    // Whatever became of the server, the memory is back, as it was lent.
    assert(isAll(memory.bytes, call));
  }
}

/** Takes the next message, and answers it. */
async function serve(server: Server, sync: boolean): Promise<void> {
  const message = sync ? server.receiveSync(patience) : await server.receive(patience);
  if (message.kind === "blockingScalar") message.answer(message.words[0] + 1);
  else message[Symbol.dispose]();
}

/** Nothing is left of the dead, and none of them was taken for an enemy. */
async function assertEmpty(kernel: Kernel, threads: number): Promise<void> {
  await until("who died is forgotten", async () => (await kernel.inspect()).threads.length === threads);
  const left = await kernel.inspect();
  assert.equal(left.servers.flatMap((server) => server.connections).length, threads - 1);
  assert.equal(left.quarantined, 0);
}
