/**
 * A reporter of node:test that `npm test` gives each test file beside the one for people. It writes a line of JSON for each test that
 * begins, one for each that ends, and a last one with the processor time of the file's process and all that it waited for: so the
 * runner knows what became of a file that is ended or ends itself.
 */
import { readFileSync } from "node:fs";

const hasName = process.execArgv.some((flag) => flag.startsWith("--test-name-pattern"));

export default async function* cost(events) {
  for await (const { type, data } of events) {
    if (type === "test:dequeue") yield line({ began: data.name });
    else if (type === "test:pass" || type === "test:fail") {
      const ended = endOf(type, data);
      if (ended !== undefined) yield line({ ended, name: data.name });
    }
  }
  yield line({ cpuMs: Math.round(processorMs()) });
}

/** Of a suite it counts only that it was skipped, with its tests, or failed outside of them. */
function endOf(type, { skip, todo, details }) {
  // With `--name`, a test whose name has other words is told as one that is skipped.
  if (hasName && skip === "test name does not match pattern") return "left out";
  if (skip !== undefined || todo !== undefined) return "skipped";
  if (type === "test:fail") return details.type === "suite" && isOfSubtests(details.error) ? "a suite" : "failed";
  return details.type === "suite" ? "a suite" : "passed";
}

function isOfSubtests(error) {
  return error?.failureType === "subtestsFailed";
}

function line(value) {
  return `${JSON.stringify(value)}\n`;
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
