import { createParser, type EventSourceMessage } from "eventsource-parser";

import { Backoff, type Clock, pause } from "../../time.ts";
import { Failure, isOffline } from "./api.ts";

/** How long nothing may come, not even a comment, which the hub sends each 25 s. */
export const SILENCE_MAX_MS: number = 60_000;

const FIRST_RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

interface StreamOptions extends Powers {
  /** Opens it, from after what was received. @throws Failure */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly event: (event: EventSourceMessage) => void;
  readonly state: (state: StreamState) => void;
}

/** What the page's core needs of the world. */
export interface Powers {
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
}

/**
 * How a stream is doing:
 *
 * | state | |
 * |---|---|
 * | `connecting` | for the first time, or again after it was lost |
 * | `live` | what is new arrives |
 * | `offline` | lost; it connects again at `retryAt`, milliseconds of its clock |
 * | `ended` | the hub refuses, and will again |
 */
export type StreamState =
  | { readonly kind: "connecting"; readonly isAgain: boolean }
  | { readonly kind: "live" }
  | { readonly kind: "offline"; readonly retryAt: number }
  | { readonly kind: "ended"; readonly failure: Failure };

/** Server-Sent Events over one connection after another. A connection over which nothing comes is given up. */
export class Stream implements Disposable {
  readonly #options: StreamOptions;
  readonly #closed = new AbortController();
  readonly #backoff: Backoff;
  #waiting = new AbortController();

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: RETRY_MAX_MS, random: options.random });
    void this.#run();
  }

  /**
   * The loop: until it is closed, it connects and hands events on, and once the connection is lost it waits before it connects
   * again. The waits double; they begin anew when something was heard. The loop ends if the hub refuses.
   */
  async #run(): Promise<void> {
    const { clock, state } = this.#options;
    for (let isAgain = false; !this.#closed.signal.aborted; isAgain = true) {
      state({ kind: "connecting", isAgain });
      const failure = await this.#connect().catch((cause: unknown) => cause);
      if (this.#closed.signal.aborted) return;
      if (failure instanceof Failure && !isOffline(failure)) return state({ kind: "ended", failure });
      const delayMs = this.#backoff.next();
      state({ kind: "offline", retryAt: clock.now() + delayMs });
      this.#waiting = new AbortController();
      await pause(clock, delayMs, this.#waiting.signal);
    }
  }

  /** One connection, until it is lost. */
  async #connect(): Promise<void> {
    const { open, event, state, clock } = this.#options;
    const connection = new AbortController();
    const close = (): void => connection.abort();
    this.#closed.signal.addEventListener("abort", close);
    let silence = clock.after(SILENCE_MAX_MS, close);
    try {
      const { body } = await open(connection.signal);
      if (body === null) return;
      state({ kind: "live" });
      // What connects and says nothing is no better than what does not connect.
      const lives = (): void => this.#backoff.reset();
      const parser = createParser({
        onComment: lives,
        onEvent: (one) => {
          lives();
          event(one);
        },
      });
      const decoder = new TextDecoder();
      const reader = body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || connection.signal.aborted) return;
        silence.cancel();
        silence = clock.after(SILENCE_MAX_MS, close);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      silence.cancel();
      this.#closed.signal.removeEventListener("abort", close);
      connection.abort();
    }
  }

  /** Tries now, if it waits: the network is back, or somebody looks. */
  retry(): void {
    this.#waiting.abort();
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#waiting.abort();
  }
}

/** Whether it was lost, and is not back yet. */
export function isAway(state: StreamState): boolean {
  return state.kind === "offline" || (state.kind === "connecting" && state.isAgain);
}
