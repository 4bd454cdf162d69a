/** A line that is no answer, before the first answer: it may be a greeting, and then the answer follows soon. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { bench, Watched } from "../../support/client-mock.ts";

for (const [deadlineMs, withinMs] of [
  [10_000, 2_000],
  [2_000, 2_000],
  [500, 500],
] as const)
  test(`a greeting that no answer follows within ${withinMs} ms, where the deadline is ${deadlineMs}: out of step`, async () => {
    const stand = await bench({ deadlineMs });
    const asked = new Watched(stand.client.random());
    await stand.say("An ad");
    await stand.pass(withinMs - 1);
    assert.deepEqual([asked.settled, stand.wire.destroyed], [false, false]);
    await stand.pass(1);
    assert.deepEqual([asked.error?.code, stand.wire.destroyed], ["OutOfStep", true]);
    assert.equal(asked.error?.message, "expected a number, the server said a text");
  });

test("a greeting late in the deadline of the command leaves it no longer", async () => {
  const stand = await bench({ deadlineMs: 10_000 });
  const asked = new Watched(stand.client.random());
  await stand.pass(9_000);
  await stand.say("An ad");
  await stand.pass(1_000);
  assert.equal(asked.error?.code, "OutOfStep");
});

test("a greeting that the answer follows costs nothing, and leaves no timer", async () => {
  const stand = await bench();
  const asked = new Watched(stand.client.random());
  await stand.say("Welcome!");
  await stand.pass(1_999);
  await stand.say("42");
  await stand.pass(60_000);
  assert.deepEqual([asked.value, stand.wire.destroyed, stand.client.stats().ignored], [42, false, 1]);
  assert.equal(stand.clock.pending, 0);
});

for (const [line, call] of [
  ["OK", (stand) => stand.client.random()],
  ["42", (stand) => stand.client.notify()],
  ["error:no", (stand) => stand.client.random()],
] as const satisfies readonly (readonly [string, (stand: Awaited<ReturnType<typeof bench>>) => Promise<unknown>])[])
  test(`"${line}" as the first answer, which it cannot be: the call fails at once, and the client connects anew`, async () => {
    const stand = await bench();
    const asked = new Watched<unknown>(call(stand));
    await stand.say(line);
    assert.deepEqual([asked.error?.code, stand.wire.destroyed], ["OutOfStep", true]);
  });

test("a server that had half of a command, as the connection was cut: it is lost, and not refused", async () => {
  const stand = await bench();
  const asked = new Watched(stand.client.random());
  await stand.say("error: the last line has no end and may be half of one, so it is not done: end it");
  assert.deepEqual([asked.error?.code, stand.wire.destroyed], ["Disconnected", true]);
});
