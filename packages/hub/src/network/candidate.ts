import { Backoff, type Clock } from "../time/index.ts";
import type { Backend } from "./backend/index.ts";

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** A back end that held for as long is a good one: waits begin anew. */
const STEADY_MS = 10_000;

/** A back end that could be used, and from when on it may be tried. */
export class Candidate {
  readonly backend: Backend;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #openedAt: number | undefined;
  #triesAt = Number.NEGATIVE_INFINITY;

  constructor(backend: Backend, clock: Clock, random: () => number) {
    this.backend = backend;
    this.#clock = clock;
    this.#backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random });
  }

  /** Milliseconds until it may be tried: 0 or less means now. */
  get waitMs(): number {
    return this.#triesAt - this.#clock.now();
  }

  opened(): void {
    this.#openedAt = this.#clock.now();
  }

  /** It could not be opened, or has died. */
  failed(): void {
    const now = this.#clock.now();
    if (this.#openedAt !== undefined && now - this.#openedAt >= STEADY_MS) this.#backoff.reset();
    this.#openedAt = undefined;
    this.#triesAt = now + this.#backoff.next();
  }
}
