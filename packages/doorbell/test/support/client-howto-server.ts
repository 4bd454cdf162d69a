import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { python } from "@doorbell-js/test-support/needs";
import { until } from "@doorbell-js/test-support/until";

/** Tests run compiled; what is not compiled stays where it was written. */
const program = fileURLToPath(new URL("../../../test/twisted/howto_server.py", import.meta.url));

type Flaw = "stop_closes" | "silent" | "leaks_timer" | "early" | "twice";

export interface HowtoServerOptions {
  /** Announce what is unread when notification mode is entered. @default false */
  readonly announces?: boolean;
  readonly flaws?: readonly Flaw[];
}

/** The how-to's server in Twisted, in a process of its own: what is said on it, and ways to make it do something. */
export class HowtoServer implements AsyncDisposable {
  readonly port: number;
  /** All that was said, a line each: `1 C: notif`, `1 S: OK`, `1 idle`, `1 lost`; the connection's number first. */
  readonly transcript: string[];
  readonly #child: ChildProcessWithoutNullStreams;

  private constructor(child: ChildProcessWithoutNullStreams, port: number, transcript: string[]) {
    this.#child = child;
    this.port = port;
    this.transcript = transcript;
  }

  static async start({ announces = false, flaws = [] }: HowtoServerOptions = {}): Promise<HowtoServer> {
    const options = [...(announces ? ["--announces"] : []), ...flaws.flatMap((flaw) => ["--flaw", flaw])];
    const child = spawn(python, [program, ...options]);
    const lines: string[] = [];
    let partial = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const parts = (partial + text).split("\n");
      partial = parts.pop() ?? "";
      lines.push(...parts);
    });
    let failure = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (failure += text));
    await until("the port of the Twisted server", () => {
      if (child.exitCode !== null) throw new Error(`the Twisted server ended: ${failure}`);
      return lines.length > 0;
    });
    return new HowtoServer(child, Number(lines.shift()), lines);
  }

  /** A random number becomes available. */
  random(number: number): void {
    this.#tell(`random ${number}`);
  }

  /** An ad becomes available. */
  ad(text: string): void {
    this.#tell(`ad ${text}`);
  }

  /** Sends lines that nobody asked for, in one segment. */
  say(...lines: readonly string[]): void {
    this.#tell(`say ${lines.join("\\n")}`);
  }

  /** Answers nothing until `release`: from when this resolves on, as a command can be faster than this. */
  async hold(): Promise<void> {
    const times = this.count("hold");
    this.#tell("hold");
    await this.seen("hold", times + 1);
  }

  release(): void {
    this.#tell("release");
  }

  /** Closes every connection. */
  drop(): void {
    this.#tell("drop");
  }

  /** For its idle limit of 30 seconds it is so much later; that time does not pass by itself. */
  async later(seconds: number): Promise<void> {
    const times = this.count("later");
    this.#tell(`later ${seconds}`);
    await this.seen("later", times + 1);
  }

  /** How often something was said or done, on any connection. */
  count(what: string): number {
    return this.transcript.filter((line) => line.slice(line.indexOf(" ") + 1) === what).length;
  }

  async seen(what: string, times: number = 1): Promise<void> {
    await until(
      `"${what}", ${times} times, in ${JSON.stringify(this.transcript.slice(-30))}`,
      () => this.count(what) >= times,
    );
  }

  #tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
