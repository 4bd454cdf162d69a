import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release } from "node:os";

/** The cores this process may use, by number. */
function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

const allowed = spawnSync("taskset", ["--version"]).status === 0 ? allowedCores() : [];

/** Servers share one core, as only one of them is measured at a time; the load client has another. None are set aside on one core. */
export const cores: { readonly server: number | undefined; readonly load: number | undefined } =
  allowed.length < 2 ? { server: undefined, load: undefined } : { server: allowed[0], load: allowed[1] };

/** Whether every process is told its core. */
export const pinned: boolean = cores.server !== undefined;

/** What the figures were measured on, for the report. */
export function machine(): string {
  const where = pinned ? `server pinned to core ${cores.server}, load client to core ${cores.load}` : "not pinned";
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}, Node ${process.versions.node}; ${where}`;
}
