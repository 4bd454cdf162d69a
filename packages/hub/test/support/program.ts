import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** No wait of a test takes longer: it fails and says what it waited for. */
const DEADLINE_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program: what it has printed, and ways to wait for more. It ends with the test. */
export class Program implements AsyncDisposable {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #watchers = new Set<() => void>();
  #end: Ended | undefined;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#name = [command, ...args].join(" ");
    this.#child = spawn(command, args, { env });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    // A program may end before it has read what it was sent.
    this.#child.stdin.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
        this.#changed();
      });
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    assert.ok(pid !== undefined, `${this.#name} was not started`);
    return pid;
  }

  get lines(): readonly string[] {
    return this.stdout.split(/\r?\n/).slice(0, -1);
  }

  send(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  closeInput(): void {
    this.#child.stdin.end();
  }

  /** Stops reading its output for good, as `head` does. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until `condition` holds; fails when the program ends before that, or the time is up. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(late);
        this.#watchers.delete(look);
        settle();
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${why} while waiting for ${what}: ${this.#account()}`)));
      const look = (): void => {
        if (condition()) finish(resolve);
        else if (this.#end !== undefined) fail("it ended");
      };
      const late = setTimeout(() => fail("the time was up"), DEADLINE_MS);
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for its line `index` (from 0) of standard output. */
  async line(index: number): Promise<string> {
    await this.until(`line ${index}`, () => this.lines.length > index);
    return this.lines[index] as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) this.#child.kill("SIGKILL");
    await this.ended;
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }

  #account(): string {
    return `${this.#name}\nstdout: ${JSON.stringify(this.stdout)}\nstderr: ${JSON.stringify(this.stderr)}`;
  }
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  { env = process.env, input = "" }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  await using program = new Program(command, args, env);
  if (input !== "") program.send(input);
  program.closeInput();
  const late = setTimeout(() => program.signal("SIGKILL"), DEADLINE_MS);
  const ended = await program.ended;
  clearTimeout(late);
  assert.notEqual(ended.signal, "SIGKILL", `${command} ${args.join(" ")} did not end`);
  return { ...ended, stdout: program.stdout, stderr: program.stderr };
}
