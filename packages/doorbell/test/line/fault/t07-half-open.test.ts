/**
 * T07: the other end vanishes without a word (its machine lost power, a cable was pulled). A connection that is quiet is
 * found out by TCP keep-alive. One with output that nobody acknowledges is found out by the kernel alone, after
 * `net.ipv4.tcp_retries2` attempts, as Node cannot set TCP_USER_TIMEOUT: about 15 minutes by default, during which it
 * costs one file descriptor and what `pendingBytesMax` allows. Who needs less sets that knob, as this test does.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";

import { noNamespace, runInNamespace } from "../../support/namespace.ts";
import type { HalfOpenResult } from "./t07-scenario.ts";

const RUNS = 20;
/** One second of quiet and ten questions, one each second; and what a busy machine may add. */
const LIMIT_MS = 15_000;

type Results = { readonly quiet: HalfOpenResult; readonly busy: HalfOpenResult };
let results: Promise<Results> | undefined;

/** Both at once, as each takes its time; run by the first test that asks. */
function scenario(): Promise<Results> {
  const program = new URL("t07-scenario.js", import.meta.url);
  results ??= runInNamespace<Results>(program, [String(RUNS), String(LIMIT_MS)], 60_000);
  return results;
}

for (const [name, which] of [
  ["quiet", "quiet"],
  ["with unacknowledged output, tcp_retries2 = 3", "busy"],
] as const)
  test(`T07 half-open, ${name}: the server finds out and keeps nothing`, { skip: noNamespace }, async (t) => {
    const { noticedMs, fdsBefore, fdsAfter, sessionsAfter, timersAfter, found } = (await scenario())[which];
    assert.equal(
      noticedMs.length,
      RUNS,
      `of ${RUNS} half-open connections ${noticedMs.length} were closed within ${ms(LIMIT_MS)}`,
    );
    assert.equal(sessionsAfter, 0);
    assert.equal(fdsAfter, fdsBefore, "file descriptors are back to base");
    assert.equal(timersAfter, 0, "no deadline is left");
    assert.equal(
      found,
      which === "busy" ? "rang while nobody was there" : "",
      "what rang waits for whoever comes back",
    );
    const worst = noticedMs.at(-1) ?? Number.NaN;
    report(
      t,
      `T07 half-open, ${name}: detected p100 ${ms(worst)} (limit ${ms(LIMIT_MS)}) runs ${RUNS} lost ${zero(RUNS)}`,
    );
  });
