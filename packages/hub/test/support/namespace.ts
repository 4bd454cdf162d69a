import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

import { until } from "@doorbell-js/test-support/until";

import { Program } from "./program.ts";

/**
 * A network of the test's own: its network, its processes and what it mounts are seen by nobody else, and all of it goes
 * when the test does, however it ends.
 */
export class Namespace implements AsyncDisposable {
  readonly #holder: ChildProcess;
  readonly #pid: string;

  /** With `setup`, shell commands that are run inside first. */
  static async create(setup: readonly string[] = []): Promise<Namespace> {
    // What holds it up ends with its standard input, which is ours; and everything inside with it.
    const script = ["set -e", "ip link set lo up", ...setup, "echo ready", "exec cat >/dev/null"].join("\n");
    const how = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const holder = spawn("unshare", [...how, "sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    await Promise.race([
      once(holder.stdout, "data"),
      once(holder, "exit").then(([code]) => {
        throw new Error(`the namespace could not be set up: ${String(code)}`);
      }),
    ]);
    const children = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8");
    return new Namespace(holder, children.trim());
  }

  private constructor(holder: ChildProcess, pid: string) {
    this.#holder = holder;
    this.#pid = pid;
  }

  /** Runs a command in it, and gives what it prints. */
  run(...command: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync("nsenter", this.#enter(command), { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command.join(" ")}: ${error?.message ?? `${stdout}${stderr}`}`);
    return stdout;
  }

  /** `ip` with these words: `ns.ip("link set v0 up")`. */
  ip(words: string): string {
    return this.run("ip", ...words.split(" "));
  }

  /** How many processes of this name run in it. */
  processes(name: string): number {
    return this.#pids(name).length;
  }

  /** Waits until no process of this name runs in it: one that was sent a signal ends a moment later. */
  async ended(name: string): Promise<void> {
    await until(`the end of every ${name}: a process is left`, () => this.processes(name) === 0);
  }

  /** Ends the processes of this name in it, of which there has to be one, by a signal. */
  kill(name: string, signal: "KILL" | "TERM" = "KILL"): void {
    const sent = this.#pids(name).filter((pid) => this.#signal(pid, signal));
    if (sent.length === 0) throw new Error(`no ${name} runs there`);
  }

  /** Sends a signal to a process, unless it has ended meanwhile by itself, as a command does that was asked something. */
  #signal(pid: string, signal: string): boolean {
    try {
      this.run("kill", `-${signal}`, pid);
      return true;
    } catch (error) {
      if (String(error).includes("No such process")) return false;
      throw error;
    }
  }

  /** Starts a program in it. */
  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
    return new Program("nsenter", this.#enter([command, ...args]), env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#holder, "exit");
    this.#holder.kill("SIGKILL");
    await ended;
  }

  #pids(name: string): readonly string[] {
    const rows = this.run("ps", "-e", "-o", "pid=,comm=").trim().split("\n");
    return rows.map((row) => row.trim().split(/\s+/)).flatMap(([pid = "", comm]) => (comm === name ? [pid] : []));
  }

  #enter(command: readonly string[]): string[] {
    return ["--target", this.#pid, "--net", "--mount", "--pid", "--", ...command];
  }
}
