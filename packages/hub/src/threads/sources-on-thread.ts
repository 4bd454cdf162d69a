import {
  type Client,
  Kernel,
  KernelError,
  permissionFlags,
  Sid,
  type SpawnedThread,
} from "@doorbell-js/doorbell/kernel";

import { SourceService } from "../source/api.ts";
import { Backoff, type Clock, pause } from "../time.ts";
import type { StoreChoice } from "./serve-stored.ts";
import type { ThreadData } from "./source-thread.ts";
import { ordersFor, type SourceChoice, type SourceEvent } from "./start.ts";

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;
/** A thread that held for as long is a good one: waits begin anew. */
const STEADY_MS = 10_000;
/** How long sources may take to quit, and their store to close; then their thread is ended as it is. */
const QUIT_MS = 4_000;

interface SourcesOnThreadOptions {
  /** What the thread is called, to who reads the log. */
  readonly name: string;
  readonly sources: SourceChoice;
  /** Where ads and inboxes are kept. @default in memory */
  readonly store?: StoreChoice;
  /** Whether it is tried again when the first thread does not come up. @default true */
  readonly retryFirst?: boolean;
  readonly clock: Clock;
  readonly log: (event: SourceEvent | SourceThreadEvent) => void;
}

/** What an operator may want to know of a thread of sources. */
export type SourceThreadEvent =
  /** It has ended, and is started again after `retryMs`. */
  | { readonly type: "threadEnded"; readonly thread: string; readonly cause: unknown; readonly retryMs: number }
  /** It is up again. */
  | { readonly type: "threadBack"; readonly thread: string };

/** Sources on a thread of their own, which is started again when it ends, in waits that double from 0.1 s to 10 s. */
export class SourcesOnThread implements AsyncDisposable {
  /** Resolves when they can be reached; rejects if the first thread did not come up. */
  readonly up: Promise<void>;
  readonly #kernel: PromiseLike<Kernel>;
  readonly #options: SourcesOnThreadOptions;
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: Math.random });
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #cameUp!: () => void;
  #didNotComeUp!: (cause: unknown) => void;
  #thread: SpawnedThread | undefined;
  /** Those that are served now, as their owner has them. */
  #sources: Client<typeof SourceService>[] = [];
  #starts = 0;

  /** The kernel may still be starting: the thread starts beside it. */
  constructor(kernel: Kernel | Promise<Kernel>, options: SourcesOnThreadOptions) {
    this.#kernel = Promise.resolve(kernel);
    this.#options = options;
    this.up = new Promise((resolve, reject) => {
      this.#cameUp = resolve;
      this.#didNotComeUp = reject;
    });
    // Who does not wait for it reads of it in the log.
    this.up.catch(() => {});
    this.#running = this.#run();
  }

  /**
   * The loop: until it is closed, it starts a thread, serves on it until that ends, logs why it ended, and waits before it starts
   * the next one. The waits double; they begin anew after a thread that held for long. If the first thread does not come up and
   * `retryFirst` is false, the loop ends.
   */
  async #run(): Promise<void> {
    const { name, retryFirst = true, clock, log } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const startedAt = clock.now();
      const cause = await this.#serve().catch((error: unknown) => error);
      this.#didNotComeUp(cause);
      if (signal.aborted || (!retryFirst && this.#starts === 0)) return;
      if (clock.now() - startedAt >= STEADY_MS) this.#backoff.reset();
      const retryMs = Math.round(this.#backoff.next());
      log({ type: "threadEnded", thread: name, cause, retryMs });
      await pause(clock, retryMs, signal);
    }
  }

  /** Serves on one thread, until that ends; gives why it did. */
  async #serve(): Promise<unknown> {
    const { name, sources, store, log } = this.#options;
    // New ids each time: nobody holds one of a thread that was.
    const orders = ordersFor(sources);
    const data: ThreadData = { orders, store };
    const url = new URL("./source-thread.js", import.meta.url);
    const options = { data, name: `doorbell ${name}`, execArgv: permissionFlags() };
    const thread = await Kernel.spawnBeside(this.#kernel, url, options);
    let cause: unknown;
    thread.worker.on("error", (error) => (cause = error));
    thread.worker.on("message", log);
    this.#thread = thread;
    const ended = new AbortController();
    void thread.exited.then(() =>
      ended.abort(new KernelError("ThreadNotFound", `The thread ${name} did not come up.`)),
    );
    try {
      const { signal } = ended;
      const kernel = await this.#kernel;
      this.#sources = await Promise.all(
        Object.values(orders).map(({ sid }) => kernel.connect(Sid.from(sid), SourceService, { signal })),
      );
      this.#cameUp();
      if (this.#starts > 0) log({ type: "threadBack", thread: name });
      this.#starts += 1;
      if (this.#closing.signal.aborted) this.#quit();
    } catch (error) {
      cause ??= error;
    }
    const code = await thread.exited;
    this.#thread = undefined;
    for (const source of this.#sources.splice(0)) source[Symbol.dispose]();
    return cause ?? new Error(`its thread ended with ${code}`);
  }

  /** The thread that serves them now, if there is one. */
  get thread(): SpawnedThread | undefined {
    return this.#thread;
  }

  /** Tells the sources to quit, and waits until their thread has ended; one that takes longer than four seconds is ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const late = this.#options.clock.after(QUIT_MS, () => void this.#thread?.terminate());
    this.#quit();
    await this.#running;
    late.cancel();
  }

  #quit(): void {
    for (const source of this.#sources) source.tryQuit();
  }
}
