import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { again, runs } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline } from "@doorbell-js/test-support/until";
import fc from "fast-check";

import type { Choice } from "./choose.ts";
import { World } from "./world.ts";

const histories = sized(200, 2_000);

/** Every way to end that histories can meet, and enough of them do. */
const all =
  "ok ServerNotFound ServerExists ServerQueueFull Deadlock AccessDenied Timeout DoubleFree Unanswered ShareViolation InvalidArgument NotFound LimitReached aborted".split(
    " ",
  );

/** How often each command is chosen; what is not possible then becomes one that is. */
const weights: Readonly<Record<Choice["do"], number>> = {
  create: 6,
  connect: 10,
  narrow: 3,
  revoke: 1,
  register: 4,
  find: 9,
  unregister: 0.6,
  full: 1,
  disconnect: 3,
  send: 26,
  receive: 18,
  answer: 14,
  defer: 1,
  drop: 4,
  take: 1,
  forward: 12,
  destroy: 2,
  abort: 4,
  look: 2,
  kill: 0.2,
};
const what = Object.entries(weights).flatMap(([name, weight]) =>
  Array.from({ length: Math.ceil(weight * 5) }, () => name as Choice["do"]),
);
const number = fc.nat(5_039);
const choice: fc.Arbitrary<Choice> = fc.record({
  do: fc.constantFrom(...what),
  form: fc.constantFrom("await", "try", "sync"),
  a: number,
  b: number,
  c: number,
});
const history = fc.array(choice, { maxLength: 36, size: "max" });

test("a history of the kernel goes as the model says", { timeout: 600_000 }, async (t) => {
  let world: World | undefined;
  let commands = 0;
  const codes = new Map<string, number>();
  const end = async (): Promise<void> => {
    commands += world?.commands ?? 0;
    for (const [code, times] of world?.codes ?? []) codes.set(code, (codes.get(code) ?? 0) + times);
    await world?.[Symbol.asyncDispose]();
    world = undefined;
  };
  const played = fc.asyncProperty(history, async (choices) => {
    world ??= await World.start();
    try {
      await world.play(choices);
    } catch (error) {
      await end();
      throw error;
    }
  });
  const started = performance.now();
  try {
    await fc.assert(played, {
      ...runs(histories),
      interruptAfterTimeLimit: deadline(300_000),
      markInterruptAsFailure: true,
    });
  } finally {
    await end();
  }
  t.diagnostic(`How commands ended: ${JSON.stringify(Object.fromEntries(codes))}`);
  if (histories >= 2_000) for (const code of all) assert.ok(codes.has(code), `no command ended with ${code}`);
  const seconds = ((performance.now() - started) / 1_000).toPrecision(3);
  report(
    t,
    `T04 kernel and model: ${histories} histories, ${commands} commands, differences 0, ${seconds} s (${again})`,
  );
});
