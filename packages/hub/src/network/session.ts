import type { BackendHost, OpenBackend } from "./backend/index.ts";
import type { Candidate } from "./candidate.ts";
import type { NetworkState } from "./state.ts";

interface SessionEvents {
  changed(session: Session): void;
  died(session: Session): void;
}

/** One back end in use, from its opening until it is dead or disposed of. */
export class Session implements AsyncDisposable {
  readonly candidate: Candidate;
  /** Whether something changed that was not read yet. */
  isDirty = false;
  #open: OpenBackend | undefined;
  #death: unknown;
  #isOver = false;
  readonly #events: SessionEvents;
  readonly #powers: Pick<BackendHost, "clock" | "signal">;

  constructor(candidate: Candidate, powers: Pick<BackendHost, "clock" | "signal">, events: SessionEvents) {
    this.candidate = candidate;
    this.#powers = powers;
    this.#events = events;
  }

  /** What it died of, if it is dead. */
  get death(): unknown {
    return this.#death;
  }

  /** Opens the back end and reads the state. Rejects if it cannot, or dies meanwhile; it is to be disposed of in any case. */
  async start(): Promise<NetworkState> {
    this.#open = await this.candidate.backend.open({
      clock: this.#powers.clock,
      signal: this.#powers.signal,
      changed: () => {
        if (this.#isOver) return;
        this.isDirty = true;
        this.#events.changed(this);
      },
      died: (cause) => this.#die(cause),
    });
    const state = await this.#open.read();
    if (this.#isOver) throw this.#death ?? new Error("it is closed");
    return state;
  }

  /** The state; undefined if it cannot be told any more, which is its death. */
  async read(): Promise<NetworkState | undefined> {
    this.isDirty = false;
    try {
      const state = await this.#open?.read();
      return this.#isOver ? undefined : state;
    } catch (cause) {
      this.#die(cause);
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#open?.[Symbol.asyncDispose]();
  }

  #die(cause: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#death = cause;
    this.#events.died(this);
  }
}
