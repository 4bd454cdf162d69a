import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import { colors, printable, remark } from "./terminal.ts";

/** How long a command that runs may take to end, once the watch is to end. */
const LINGER_MS = 2_000;

/** Runs a shell command for items, one at a time and in order. The item is in its environment, never in its text. */
export class CommandRunner implements AsyncDisposable {
  readonly #command: string;
  #last: Promise<void> = Promise.resolve();
  #child: ChildProcess | undefined;
  #isOver = false;

  constructor(command: string) {
    this.#command = command;
    // Also when the process is to end at once: nobody would wait for the command any more.
    process.once("exit", () => this.#terminate());
  }

  /** Resolves when the command has ended, well or not. */
  run(source: string, item: string, more: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#last = this.#last.then(() => this.#runNow(source, { ...more, DOORBELL_SOURCE: source, DOORBELL_ITEM: item }));
    return this.#last;
  }

  /** Lets the command that runs end; after a while, makes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#child === undefined) return;
    remark(colors(process.stderr).dim("Waiting for the command to end (Ctrl-C again to stop at once)"));
    const late = setTimeout(() => this.#terminate(), LINGER_MS);
    await this.#last;
    clearTimeout(late);
  }

  async #runNow(source: string, environment: NodeJS.ProcessEnv): Promise<void> {
    if (this.#isOver) return;
    const failure = await this.#end(environment).catch((error: unknown) => (error as Error).message);
    this.#child = undefined;
    if (failure !== undefined) complain(`the command failed for an item of ${source}: ${failure}`);
  }

  /** Runs the command to its end, and says how it failed. */
  async #end(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
    if (Object.values(environment).some((value) => value?.includes("\0")))
      return "it has a NUL, which no environment can hold";
    this.#child = spawn(this.#command, {
      shell: true,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
      // A group of its own: Ctrl-C at the terminal is for the watch, which lets the command end.
      detached: true,
    });
    const [code, signal] = (await once(this.#child, "exit")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    return signal === null ? `exit code ${code}` : `it was ended by ${signal}`;
  }

  /** Ends the command, and what it has started. */
  #terminate(): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  }
}

function complain(message: string): void {
  remark(`${colors(process.stderr).red("doorbell:")} ${printable(message)}`);
}
