import { once } from "node:events";
import { after, before } from "node:test";

import { Kernel } from "../../../src/kernel/kernel.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";

/** A kernel, and workers that play one thing after another: to start one takes longer than most of what is played. */
export class Players<T> {
  readonly #url: URL;
  readonly #threads = new Map<string, SpawnedThread>();
  #kernel: Kernel | undefined;

  /** For the suite in which it is made. The url is that of a worker that does `playAll`. */
  constructor(url: URL) {
    this.#url = url;
    before(async () => void (this.#kernel = await Kernel.start()));
    after(async () => {
      await this.#end();
      await this.kernel.leave();
    });
  }

  /** It is there while the suite's tests run. */
  get kernel(): Kernel {
    if (this.#kernel === undefined) throw new Error("the suite has not begun");
    return this.#kernel;
  }

  /**
   * Has workers play, each by its name, and then this thread, which may block: the others were told by then. Rejects with the
   * first failure; after one no worker is known to be free, and all are ended.
   */
  async play(there: ReadonlyMap<string, T>, here: () => Promise<unknown>): Promise<void> {
    for (const name of there.keys())
      if (!this.#threads.has(name)) this.#threads.set(name, await this.kernel.spawn(this.#url));
    try {
      await Promise.all([...[...there].map(([name, what]) => this.#tell(name, what)), here()]);
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #tell(name: string, what: T): Promise<void> {
    const worker = this.#threads.get(name)?.worker;
    if (worker === undefined) throw new Error(`the worker ${name} was not started`);
    const played = once(worker, "message");
    worker.postMessage(what);
    await played;
  }

  async #end(): Promise<void> {
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
