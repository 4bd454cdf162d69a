import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { until, within } from "@doorbell-js/test-support/until";

import type { ListenAddress } from "../../src/line/server/server.ts";
import type { Picture, Request, ServedOptions } from "./served.ts";

const program = fileURLToPath(new URL("served.js", import.meta.url));

export interface ChildOptions extends ServedOptions {
  /** How many files the process may have open. */
  readonly filesMax?: number;
  /** The network namespace it runs in. */
  readonly namespace?: string;
}

/** A line server in a process of its own. */
export class ChildServer implements AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (picture: Picture) => void>();
  #id = 0;

  private constructor(child: ChildProcess, addresses: readonly ListenAddress[]) {
    this.#child = child;
    this.addresses = addresses;
    child.on("message", ({ id, answer }: { id: number; answer: Picture }) => {
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  static async start({ filesMax, namespace, ...options }: ChildOptions): Promise<ChildServer> {
    let command = [process.execPath, "--expose-gc", program, JSON.stringify(options)];
    if (namespace !== undefined) command = ["ip", "netns", "exec", namespace, ...command];
    if (filesMax !== undefined) command = ["sh", "-c", `ulimit -n ${filesMax} && exec "$@"`, "sh", ...command];
    const [name = "", ...args] = command;
    const child = spawn(name, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const ready = new Promise<readonly ListenAddress[]>((resolve, reject) => {
      child.once("message", (message: { ready: readonly ListenAddress[] }) => resolve(message.ready));
      child.once("exit", (code) => reject(new Error(`the server's process ended with ${code}`)));
      child.once("error", reject);
    });
    return new ChildServer(child, await within("a server process that listens", ready, 60_000));
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get port(): number {
    const [address] = this.addresses;
    if (address === undefined || !("port" in address)) throw new Error("it does not listen at a port first");
    return address.port;
  }

  /** Processor time that its process has used so far, in the system's ticks (mostly 10 ms each), without asking it. */
  ticks(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  }

  picture(): Promise<Picture> {
    return this.#ask({ ask: "picture" });
  }

  push(text: string): Promise<Picture> {
    return this.#ask({ ask: "push", text });
  }

  /** Closes the server in an orderly way; the process ends. */
  async close(): Promise<Picture> {
    const last = await this.#ask({ ask: "close" });
    await until("the end of the server's process", () => !this.isAlive);
    return last;
  }

  #ask(request: { ask: "picture" | "close" } | { ask: "push"; text: string }): Promise<Picture> {
    const id = ++this.#id;
    const answer = new Promise<Picture>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, ...request } satisfies Request);
    return within(`the server process's answer to "${request.ask}"`, answer, 20_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isAlive) return;
    this.#child.kill("SIGKILL");
    await until("the end of the server's process", () => !this.isAlive);
  }
}
