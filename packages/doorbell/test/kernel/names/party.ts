import assert from "node:assert/strict";
import { MessageChannel, type MessagePort } from "node:worker_threads";

import { within } from "@doorbell-js/test-support/until";

import type { SidWords } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { type Form, NameActor, type Operation, type Result } from "./actor.ts";

export interface ToWorker {
  readonly number: number;
  readonly operation: Operation;
}
export interface FromWorker {
  readonly number: number;
  readonly result: Result;
}

/** One thread that has to do with names, as a test sees it. */
export class NameParty implements AsyncDisposable {
  /** Its number in the kernel. */
  readonly thread: number;
  readonly #run: (operation: Operation) => Promise<Result>;
  readonly #end: () => Promise<void>;

  private constructor(thread: number, run: (operation: Operation) => Promise<Result>, end: () => Promise<void>) {
    this.thread = thread;
    this.#run = run;
    this.#end = end;
  }

  /** The thread that the test runs on. */
  static main(kernel: Kernel, form: Form): NameParty {
    const actor = new NameActor(kernel, form);
    return new NameParty(
      kernel.thread,
      (operation) => actor.run(operation),
      () => Promise.resolve(),
    );
  }

  /** A worker of its own. */
  static async worker(kernel: Kernel, form: Form): Promise<NameParty> {
    const { port1, port2 } = new MessageChannel();
    const url = new URL("./party-worker.js", import.meta.url);
    const spawned = await kernel.spawn(url, { data: { port: port2, form }, transfer: [port2] });
    const waiting = new Map<number, (result: Result) => void>();
    port1.on("message", ({ number, result }: FromWorker) => waiting.get(number)?.(result));
    let next = 0;
    return new NameParty(
      spawned.thread,
      (operation) =>
        new Promise((resolve) => {
          next += 1;
          waiting.set(next, resolve);
          const told: ToWorker = { number: next, operation };
          port1.postMessage(told);
        }),
      () => ended(spawned, port1),
    );
  }

  /** What comes of it. */
  async does(operation: Operation): Promise<Result> {
    return await within(`the end of ${operation.do}`, this.#run(operation), 30_000);
  }

  /** It must go well. */
  async did(operation: Operation): Promise<unknown> {
    const result = await this.does(operation);
    assert("ok" in result, `${JSON.stringify(operation)} fails: ${JSON.stringify(result)}`);
    return result.ok;
  }

  /** It must fail like this. */
  async fails(operation: Operation, failed: string, detail?: string): Promise<void> {
    assert.deepEqual(await this.does(operation), { failed, detail }, JSON.stringify(operation));
  }

  async sidOf(server: number): Promise<SidWords> {
    return (await this.did({ do: "sid", server })) as SidWords;
  }

  /** Ends it, if it is a worker, wherever it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

async function ended(spawned: SpawnedThread, port: MessagePort): Promise<void> {
  await spawned.terminate();
  port.close();
}
