import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel, Sid } from "../../../src/kernel/index.ts";
import { within } from "../../support/until.ts";

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
