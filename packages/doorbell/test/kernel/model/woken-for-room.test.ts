import assert from "node:assert/strict";
import { test } from "node:test";

import { until, within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { wokenMs } from "../support/woken.ts";

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
  try {
    await within("the send in line", inLine, wokenMs);
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
  const inLine = new Int32Array(new SharedArrayBuffer(4));
  const data = { full: full.sid.words(), told: told.sid.words(), inLine: inLine.buffer };
  await using _thread = await kernel.spawn(url, { data });
  // The worker has filled the queue, and this thread has taken all that from the ring.
  const hello = await told.receive();
  assert(hello.kind === "blockingScalar");
  // What is awaited now comes once the worker has sent one message more.
  const said = told.receive();
  hello.answer(1);
  await until("a sender in line", () => Atomics.load(inLine, 0) === 1);
  // The answer may have been given just now: this thread rests once what followed from that is done.
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert(full.tryReceive() !== undefined);
  await within("the send for which one place was made", said, wokenMs);
});

test("K10 answers for which there is no room ask for it, also when their thread awaits something else", async () => {
  await using kernel = await Kernel.start();
  using called = await kernel.createServer();
  using told = await kernel.createServer();
  // Passed on to a server of this same thread, a call has left its queue when it is answered: no place is made there.
  using inner = await kernel.createServer();
  using passing = await kernel.connect(inner.sid);
  const url = new URL("./many-callers.js", import.meta.url);
  // The answers to a few of them fill the ring.
  const calls = 64;
  const data = { called: called.sid.words(), told: told.sid.words(), calls, bytes: 4_096 };
  await using _thread = await kernel.spawn(url, { data });
  const lent: Message[] = [];
  while (lent.length < calls) {
    await (await called.receive()).forward(passing, 0);
    lent.push(await inner.receive());
  }
  // This thread awaits something, and rests.
  const said = told.receive();
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  for (const message of lent) message[Symbol.dispose]();
  await within("the last answer", said, wokenMs);
});
