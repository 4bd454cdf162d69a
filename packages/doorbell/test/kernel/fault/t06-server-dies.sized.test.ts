import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, quantile, report, zero } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { wokenMs } from "../support/woken.ts";

const rounds = sized(20, 100);
/** Ten times what was promised, for nine of ten: a machine that stands still for a second is nobody's death. */
const limitMs = 1_000;

test("T06 who waits for a thread that is ended hears of it, blocked or awaiting", { timeout: 300_000 }, async (t) => {
  await using kernel = await Kernel.start();
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const sid = Sid.random();
    const shared = new SharedArrayBuffer(8);
    await using thread = await kernel.spawn(new URL("./dying-server.js", import.meta.url), {
      data: { sid: sid.words(), shared },
    });
    using connection = await kernel.connect(sid);
    const when = new Float64Array(shared);
    const isGone = (error: unknown) => error instanceof KernelError && error.code === "ServerNotFound";
    if (round % 2 === 0) {
      // Ends itself while this thread is parked.
      assert.throws(() => connection.blockingScalarSync(1), isGone);
      took.push(performance.timeOrigin + performance.now() - (when[0] ?? 0));
    } else {
      const waiting = connection.blockingScalar(2);
      await connection.blockingScalar(0);
      const before = performance.now();
      const [failed] = await Promise.allSettled([waiting, thread.terminate()]);
      assert(failed.status === "rejected" && isGone(failed.reason));
      took.push(performance.now() - before);
    }
    await thread.exited.catch(() => {});
  }
  const longest = Math.max(...took);
  report(
    t,
    `T06 server dies: p50 ${ms(quantile(took, 0.5))} p100 ${ms(longest)} (limit ${ms(limitMs)}) runs ${rounds}, hung ${zero(rounds)}`,
  );
  assert(quantile(took, 0.9) < limitMs, `clients waited ${ms(quantile(took, 0.9))} for the dead`);
  assert(longest < wokenMs, `a client waited ${ms(longest)} for the dead`);
});
