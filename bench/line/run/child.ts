import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

import { cores } from "./machine.ts";

/** A process of the benchmark: on a core of its own where there are two, unless it may run anywhere; with as many files as it may have. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #name: string;
  #ended: string | undefined;
  #log = "";

  constructor(name: string, role: keyof typeof cores | "anywhere", command: readonly [string, ...string[]]) {
    this.#name = name;
    const core = role === "anywhere" ? undefined : cores[role];
    const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
    const raise = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"';
    this.process = spawn("sh", ["-c", raise, "sh", ...pin, ...command], { stdio: ["pipe", "pipe", "pipe"] });
    // A log is read, lest the pipe fills, and told only when it explains an end.
    this.process.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.#log = (this.#log + text).slice(-2_000)));
    this.process.on("error", (cause) => (this.#ended = cause.message));
    this.process.on("exit", (code, signal) => (this.#ended = `ended with ${signal ?? code}`));
    this.process.stdin?.on("error", () => {});
  }

  /** Fails when the process has ended although nobody asked it to. */
  check(): void {
    if (this.#ended !== undefined) throw new Error(`${this.#name}: ${this.#ended}\n${this.#log}`);
  }

  /** Processor time taken so far, in the ticks of /proc: 10 ms each. */
  get ticks(): number {
    this.check();
    const stat = readFileSync(`/proc/${this.process.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  }

  /** Processor time of all threads so far, in nanoseconds: finer than ticks, where threads stay. */
  get cpuNs(): number {
    this.check();
    const tasks = `/proc/${this.process.pid}/task`;
    return readdirSync(tasks)
      .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]))
      .reduce((sum, ns) => sum + ns, 0);
  }

  /** Resident memory, in bytes. */
  get rss(): number {
    this.check();
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))?.[1];
    return Number(kib) * 1_024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await exited;
  }
}
