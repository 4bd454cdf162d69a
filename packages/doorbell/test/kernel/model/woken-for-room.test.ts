import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel, Sid } from "../../../src/kernel/index.ts";
import { until, within } from "../../support/until.ts";

test("K10 a sender in line is woken, also when its thread awaits something else", async () => {
  await using kernel = await Kernel.start();
  const url = new URL("./one-place-worker.js", import.meta.url);
  using told = await kernel.createServer();
  await using _thread = await kernel.spawn(url, { data: told.sid.words() });
  // The worker's server has one place; it sends its id by words, and receives once it is told to.
  const hello = await told.receive();
  assert(hello.kind === "blockingScalar");

  using connection = await kernel.connect(Sid.from(hello.words));
  await connection.scalar(1);
  // This thread awaits something, and rests.
  const idle = assert.rejects(told.receive());
  await new Promise(setImmediate);
  const inLine = connection.scalar(2);
  hello.answer(1);
  // A thread looks again by itself after four seconds: that would be no wake-up.
  try {
    await within("the send in line", inLine, 2_000);
  } finally {
    told.destroy({ force: true });
    await idle;
  }
});

test("K10 a sender is told of few places, too, when their receiver goes on to await something else", async () => {
  await using kernel = await Kernel.start();
  using full = await kernel.createServer({ queueMax: 8 });
  using told = await kernel.createServer();
  const url = new URL("./patient-sender.js", import.meta.url);
  await using _thread = await kernel.spawn(url, { data: { full: full.sid.words(), told: told.sid.words() } });
  // What it waits for comes once the worker has sent all; it rests meanwhile.
  const said = told.receive();
  await until("a full queue", async () => (await kernel.inspect()).servers.some(({ queued }) => queued === 8));
  // A while that is long enough for the worker to park, too: it has one message left.
  for (let round = 0; round < 50; round += 1) await kernel.inspect();
  // This thread rests again when what followed from that is done.
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert(full.tryReceive() !== undefined);
  // A thread looks again by itself after four seconds: that would be no wake-up.
  await within("the send for which one place was made", said, 1_500);
});
