import type { Client, Kernel, Message, ServerHandle } from "@doorbell-js/doorbell/kernel";
import type { Fetched, Source, Subscription } from "@doorbell-js/doorbell/line";
import type { Subscriber } from "@doorbell-js/doorbell/push";

import { type News, PublicSource, sourceName } from "../source/api.ts";
import { followSource, keepConnected } from "../source/follow.ts";

/** As many notifications at once as the line's server sends together. */
const RINGS_MAX = 1_024;
/** How long a source may take to answer. The line's server has told its client by then. */
const ANSWER_MS = 10_000;

/** What a link is to. */
export interface LinkOptions {
  readonly source: string;
  readonly unread: number;
  /** Where rings come to, and under which opcode. */
  readonly main: ServerHandle;
  readonly opcode: number;
  readonly signal: AbortSignal;
  readonly onError: (cause: unknown) => void;
}

/**
 * A source of the hub as the line's server has it: one bell hangs there for all clients. While the source is gone, it is not
 * available; when it is back, its items are numbered on from where they were, if it counts anew.
 */
export class SourceLink implements Source {
  readonly unread: number;
  /** Resolves when the source is there for the first time. */
  readonly ready: Promise<void>;
  /** Resolves when it was told to end, and no bell hangs any more. */
  readonly ended: Promise<void>;
  readonly #options: LinkOptions;
  readonly #listeners = new Set<(newest: number) => void>();
  #isReady!: () => void;
  #wasReady = false;
  #client: Client<typeof PublicSource> | undefined;
  #subscriber: Subscriber<News> | undefined;
  #era: number | undefined;
  /** What is added to the source's numbers. */
  #base = 0;
  /** The newest number that was told. */
  #newest = 0;
  /** The highest number that a reader may have read: one can be fetched before it is told. */
  #highest = 0;

  constructor(kernel: Kernel, options: LinkOptions) {
    this.unread = options.unread;
    this.#options = options;
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    const { source, signal, onError } = options;
    this.ended = keepConnected({
      connect: () => kernel.names.connect(sourceName(source), PublicSource, { signal }),
      signal,
      use: (client) => this.#use(kernel, client),
      onError,
    });
  }

  subscribe(ring: (newest: number) => void): Subscription {
    const own = (newest: number): void => ring(newest);
    this.#listeners.add(own);
    return { newest: this.#newest, [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async fetch(after: number): Promise<Fetched> {
    // At the very beginning it is on its way.
    if (!this.#wasReady) await this.ready;
    const base = this.#base;
    if (this.#client === undefined) throw new Error(`the source ${this.#options.source} has gone, and is not back yet`);
    const { text, sequence } = await this.#client.Fetch({ after: Math.max(0, after - base) });
    const number = base + sequence;
    if (text !== "" && Number.isSafeInteger(number)) this.#highest = Math.max(this.#highest, number);
    return { text, sequence: text === "" ? Math.max(after, number) : number };
  }

  /** A message to main, if it is a ring of this source. */
  take(message: Message): void {
    const ring = this.#subscriber?.take(message);
    if (ring !== undefined) this.#hear(ring.value);
  }

  async #use(kernel: Kernel, client: Client<typeof PublicSource>): Promise<void> {
    try {
      await followSource(kernel, client, {
        ...this.#options,
        begins: (subscriber) => (this.#subscriber = subscriber),
        begun: (state) => {
          this.#client = client.with({ timeoutMs: ANSWER_MS });
          this.#hear(state);
          this.#wasReady = true;
          this.#isReady();
        },
      });
    } finally {
      this.#client = undefined;
    }
  }

  /** How far the source's items are, from the answer to the subscription or from a ring, whichever is faster. */
  #hear({ era, newest }: News): void {
    if (era !== this.#era) {
      this.#era = era;
      this.#base = this.#highest;
      this.#newest = this.#highest;
    }
    const number = this.#base + newest;
    if (!Number.isSafeInteger(number) || number <= this.#newest) return;
    // A ring tells of all items since the one before; each is announced, as far as that makes sense.
    const first = Math.max(this.#newest + 1, number - RINGS_MAX + 1);
    this.#newest = number;
    this.#highest = Math.max(this.#highest, number);
    for (let next = first; next <= number; next += 1) for (const listener of this.#listeners) listener(next);
  }
}
