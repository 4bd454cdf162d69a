import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";

/** Threads of a test, which end with it, also when it fails. */
export class Threads implements AsyncDisposable {
  readonly #threads: SpawnedThread[] = [];

  add(thread: SpawnedThread): SpawnedThread {
    this.#threads.push(thread);
    return thread;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
