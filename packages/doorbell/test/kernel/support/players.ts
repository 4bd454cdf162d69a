import { on, once } from "node:events";
import { type MessagePort, parentPort } from "node:worker_threads";

import { Kernel, type SpawnedThread } from "../../../src/kernel/index.ts";

/** Workers that play one thing after another: to start one takes longer than most of what is played. */
export class Players<T> implements AsyncDisposable {
  readonly #kernel: Kernel;
  readonly #url: URL;
  readonly #threads = new Map<string, SpawnedThread>();

  /** The url is that of a worker that does {@link playAll}. */
  constructor(kernel: Kernel, url: URL) {
    this.#kernel = kernel;
    this.#url = url;
  }

  /** Starts those workers that there are not yet. */
  async start(...names: readonly string[]): Promise<void> {
    for (const name of names)
      if (!this.#threads.has(name)) this.#threads.set(name, await this.#kernel.spawn(this.#url));
  }

  /**
   * Has the worker of that name play, which was started and plays nothing else meanwhile: told at once, as this thread may
   * block next. Rejects with the error that it fails with.
   */
  async play(name: string, what: T): Promise<void> {
    const thread = this.#threads.get(name);
    if (thread === undefined) throw new Error(`the worker ${name} was not started`);
    const played = once(thread.worker, "message");
    thread.worker.postMessage(what);
    await played;
  }

  /** Ends all workers: after a failure none is known to be free. */
  async [Symbol.asyncDispose](): Promise<void> {
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** Plays what {@link Players} say, in such a worker. */
export async function playAll(play: (kernel: Kernel, what: unknown) => Promise<void>): Promise<void> {
  const kernel = await Kernel.join();
  for await (const [what] of on(parentPort as MessagePort, "message")) {
    await play(kernel, what);
    parentPort?.postMessage("played");
  }
}
