import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

import { until, within } from "@doorbell-js/test-support/until";

import type { NetworkState, WlanStatus } from "../../src/network/state.ts";
import type { Namespace } from "./namespace.ts";
import type { Program } from "./program.ts";

interface Printed {
  readonly event?: string;
  readonly backend?: string;
  readonly cause?: string;
  readonly state?: NetworkState;
}

interface Watched {
  readonly backends: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ip?: string;
}

/** A watcher in a namespace, as a process of its own. */
export class NetworkProgram implements AsyncDisposable {
  readonly #program: Program;

  /** Resolves when it has told the first state. */
  static async in(namespace: Namespace, { backends, env = {}, ip }: Watched): Promise<NetworkProgram> {
    const path = fileURLToPath(new URL("watch-network.js", import.meta.url));
    const options = JSON.stringify({ backends, ip });
    const program = new NetworkProgram(namespace.start(process.execPath, [path, options], { ...process.env, ...env }));
    await program.until("the first state", () => program.states.length > 0);
    return program;
  }

  private constructor(program: Program) {
    this.#program = program;
  }

  get printed(): readonly Printed[] {
    return this.#program.lines.map((line) => JSON.parse(line) as Printed);
  }

  get states(): readonly NetworkState[] {
    return this.printed.flatMap(({ state }) => (state === undefined ? [] : [state]));
  }

  /** Its events, in words: `rtnetlink opened`, `poll failed`. */
  get events(): readonly string[] {
    return this.printed
      .filter(({ event }) => event !== undefined)
      .map(({ event = "", backend = "" }) => `${backend} ${event.replace("backend", "").toLowerCase()}`.trim());
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await until(what, condition, 30_000, { account: () => `${this.#program.stdout}${this.#program.stderr}` });
  }

  /** Waits until the last state that it told is this one. */
  async sees(...state: readonly WlanStatus[]): Promise<void> {
    await this.until(JSON.stringify(state), () => isDeepStrictEqual(this.states.at(-1), state));
  }

  /** Ends the watch; fails if the program does not end then, by itself and well. */
  async end(): Promise<void> {
    this.#program.closeInput();
    const { code, signal } = await within("the program's end", this.#program.ended);
    assert.equal(this.#program.stderr, "");
    assert.deepEqual([code, signal, this.events.at(-1)], [0, null, "ended"]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
