/**
 * A reporter of node:test that `npm test` gives each test file beside the one for people: it writes, as one line of JSON, how many
 * tests passed, failed and were skipped, and the processor time of the file's process with all that it started and waited for.
 */
import { readFileSync } from "node:fs";

export default async function* cost(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    // With `--name`, a test whose name has other words is told as one that is skipped.
    if (data?.details?.type === "suite" || data?.skip === "test name does not match pattern") continue;
    if (type === "test:fail") counts.failed += 1;
    else if (type === "test:pass")
      counts[data.skip === undefined && data.todo === undefined ? "passed" : "skipped"] += 1;
  }
  yield JSON.stringify({ ...counts, cpuMs: Math.round(processorMs()) });
}

/** On Linux the kernel adds the time of each child that was waited for; elsewhere it is that of the file's own process. */
function processorMs() {
  try {
    const ticks = readFileSync("/proc/self/stat", "latin1").split(") ").at(-1).split(" ").slice(11, 15);
    return ticks.reduce((sum, tick) => sum + Number(tick), 0) * 10;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}
