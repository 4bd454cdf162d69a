/** T31: options that are no number, out of range, or misspelt. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const invalid = { code: "InvalidArgument" };

/** Starts it and ends it again, if it starts. */
async function start(options: object): Promise<void> {
  await (await Kernel.start(options)).leave();
}

test("T31 no thread can have more connections than a connection's number has room for", async () => {
  await start({ connectionsMax: 2 ** 20 });
  await assert.rejects(start({ connectionsMax: 2 ** 20 + 1 }), invalid);
});

test("T31 an option that there is not is refused", async () => {
  await assert.rejects(start({ threadMax: 7 }), invalid);
  await assert.rejects(start({ ring: { slot: 8 } }), invalid);
});

test("T31 a long deadline does not end before a short one", async () => {
  await using kernel = await Kernel.start();
  const stop = new AbortController();
  const ends = async (timeoutMs: number): Promise<number> => {
    await assert.rejects(kernel.connect(Sid.random(), { timeoutMs, signal: stop.signal }));
    return timeoutMs;
  };
  const waits = [2 ** 31, 50].map(ends);
  const first = await Promise.race(waits);
  stop.abort();
  await Promise.all(waits);
  assert.equal(first, 50);
});

test("T31 a deadline is a number of milliseconds", async () => {
  await using kernel = await Kernel.start();
  for (const timeoutMs of [Number.NaN, -1, "7" as unknown as number])
    await assert.rejects(kernel.connect(Sid.random(), { timeoutMs }), invalid);
});
