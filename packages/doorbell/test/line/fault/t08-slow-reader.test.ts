/** T08: a client that reads slowly, but does read, is never cut off, and hears everything. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";

import { noNamespace, runInNamespace } from "../../support/namespace.ts";
import type { SlowResult } from "./t08-slow-scenario.ts";

test("T08 slow reader: one that moves is not cut off", { skip: noNamespace }, async (t) => {
  const stallMs = 2_000;
  const scenario = new URL("t08-slow-scenario.js", import.meta.url);
  const results = await runInNamespace<readonly SlowResult[]>(scenario, [String(stallMs)], 80_000);
  assert.ok(results.length >= 2);
  for (const { kind, rate, tookMs, answers, endedWell, stalled, waitingMax } of results) {
    assert.equal(stalled, 0, `over ${kind} a reader that moves was cut off after ${ms(tookMs)}`);
    assert.deepEqual(
      answers,
      answers.map((_, item) => item),
      "all answers, in order",
    );
    assert.ok(endedWell, `over ${kind} the last answer was not heard`);
    assert.ok(tookMs > 2 * stallMs, `over ${kind} it took ${ms(tookMs)}: too fast to show anything`);
    const figures = `${Math.round(rate)} B/s for ${ms(tookMs)} (stallMs ${ms(stallMs)}), waiting p100 ${waitingMax} B`;
    report(t, `T08 slow reader, ${kind}: ${figures}, answers ${answers.length} lost ${zero(answers.length)}`);
  }
});
