/**
 * `node scripts/noisy.mjs [RUNS [WORD ...]]`: runs `npm test` ten times, or RUNS times, beside two loops that each keep a processor busy
 * for 0.25 s and rest for 1 s, with phases drawn from a seed that it prints. It ends with status 1 if a run failed.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { ready, root } from "./ready.mjs";
import { seeded } from "./seeded.mjs";

const BUSY_MS = 250;
const REST_MS = 1_000;

const [given = "10", ...words] = process.argv.slice(2);
const runs = Number(given);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`node scripts/noisy.mjs [RUNS [WORD ...]]: RUNS is a whole number from 1, not ${given}\n`);
  process.exit(1);
}
const { seed, random } = seeded();
ready();
/** Busy at once, then at rest, for ever. The parent, which waits for a run, serves no timers. */
const loop = `
  const { workerData: phase } = require("node:worker_threads");
  const rest = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  rest(phase);
  for (;;) {
    for (const end = performance.now() + ${BUSY_MS}; performance.now() < end; );
    rest(${REST_MS});
  }`;

const failures = [];
for (let run = 1; run <= runs; run += 1) {
  const phases = [1, 2].map(() => random(BUSY_MS + REST_MS));
  process.stdout.write(`\nRun ${run} of ${runs}, seed ${seed}, the loops begin after ${phases.join(" and ")} ms\n`);
  const loops = phases.map((workerData) => new Worker(loop, { eval: true, workerData }));
  const env = { ...process.env, SEED: String(seed + run) };
  const { status } = spawnSync(process.execPath, [join(root, "scripts/test.mjs"), ...words], { stdio: "inherit", env });
  await Promise.all(loops.map((each) => each.terminate()));
  if (status !== 0) failures.push(run);
}
process.stdout.write(
  `\n${failures.length === 0 ? "No run failed" : `Failed: run ${failures.join(", ")}`} (seed ${seed})\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
