import { type Client, type Entries, type Kernel, KernelError, type Service } from "@doorbell-js/doorbell/kernel";

import { RefusedError } from "../inbox/rules.ts";
import { keepConnected } from "../source/follow.ts";
import { FairLines } from "../store/turns.ts";
import type { Clock } from "../time.ts";
import { type Answer, done } from "./protocol.ts";

/** How long an answer may take, the wait for who gives it included. */
const ANSWER_MS = 10_000;

/** The world of a link to inboxes. */
export interface LinkOptions {
  /** Hears why a connection was lost that is tried again. */
  readonly onError: (cause: unknown) => void;
  readonly clock: Clock;
}

/** So many questions to a face wait for their answers at a time. */
const IN_FLIGHT_MAX = 128;

/** A public face of the inboxes, as one thread has it: connected when it is first used, and again when it has gone. */
export class FaceLink<E extends Entries> {
  readonly #gate = new Gate(IN_FLIGHT_MAX);
  readonly #connect: () => Promise<Client<Service<E>>>;
  readonly #closing = new AbortController();
  readonly #closed: Promise<void>;
  readonly #onError: (cause: unknown) => void;
  #client: Client<Service<E>> | undefined;
  readonly #clock: Clock;
  readonly #waiters: Waiters<Client<Service<E>>>;
  #kept: Promise<void> | undefined;

  constructor(kernel: Kernel, name: string, service: Service<E>, { onError, clock }: LinkOptions) {
    const { signal } = this.#closing;
    this.#clock = clock;
    this.#waiters = new Waiters(clock);
    this.#connect = () => kernel.names.connect(name, service, { signal });
    this.#onError = onError;
    this.#closed = new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  }

  /**
   * Asks something, and gives what was done.
   *
   * @param key by whose right: who asks much waits for its own answers, and keeps no other waiting
   * @throws RefusedError the answer; or `Unavailable`, if there is none in time
   */
  async call<T>(key: string, ask: (client: Client<Service<E>>) => Promise<Answer<T>>): Promise<T> {
    const until = this.#clock.now() + ANSWER_MS;
    return await this.#gate.pass(key, () => this.#call(ask, until));
  }

  async #call<T>(ask: (client: Client<Service<E>>) => Promise<Answer<T>>, until: number): Promise<T> {
    if (this.#clock.now() >= until)
      throw unavailable("the hub had no time for it, and nothing was done: try again, and ask less at a time");
    const client = this.#living() ?? (await this.#next());
    if (client === undefined) throw unavailable("the inboxes are not there now, and nothing was done: try again");
    try {
      const timeoutMs = Math.max(1, until - this.#clock.now());
      return done(await ask((client as Timed<E>).with({ timeoutMs })));
    } catch (cause) {
      if (!(cause instanceof KernelError)) throw cause;
      throw unavailable(`the inboxes did not answer (${cause.code}), it may have been done all the same: look first`);
    }
  }

  /** Lets go of it; whoever waits is told. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#waiters.tell(undefined);
    await this.#kept;
  }

  /** The connection, if there is one: that its server has gone may be known before it was heard of here. */
  #living(): Client<Service<E>> | undefined {
    const { alive } = (this.#client as Timed<E> | undefined)?.connection ?? { alive: false };
    return alive ? this.#client : undefined;
  }

  /** The next connection; nothing if there is none in time, or none any more. */
  #next(): Promise<Client<Service<E>> | undefined> {
    if (this.#closing.signal.aborted) return Promise.resolve(undefined);
    const next = this.#waiters.next(ANSWER_MS);
    this.#kept ??= keepConnected<E>({
      connect: this.#connect,
      signal: this.#closing.signal,
      use: (client) => this.#use(client),
      onError: this.#onError,
    });
    return next;
  }

  async #use(client: Client<Service<E>>): Promise<void> {
    const { connection } = client as Timed<E>;
    this.#client = client;
    this.#waiters.tell(client);
    await Promise.race([connection.ended, this.#closed]);
    this.#client = undefined;
  }
}

/** What every client has; of a service that is not known the types do not tell. */
type Timed<E extends Entries> = {
  with(options: { readonly timeoutMs: number }): Client<Service<E>>;
  readonly connection: { readonly alive: boolean; readonly ended: Promise<void> };
};

/** Lets so many works be done at a time. The others wait in lines by their keys, which have turns. */
export class Gate {
  readonly #waiting = new FairLines<() => void>();
  #free: number;

  constructor(most: number) {
    this.#free = most;
  }

  /** Does the work when it has its turn, and returns what it returns. */
  async pass<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push([key], resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

export function unavailable(message: string): RefusedError {
  return new RefusedError({ code: "Unavailable", message, retryAfterMs: 1_000 });
}

/** Who waits for the next of something, each no longer than it wants to. */
export class Waiters<T> {
  readonly #clock: Clock;
  readonly #waiting = new Set<(value: T | undefined) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is told next; nothing if nothing is in time. */
  next(withinMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const settle = (value: T | undefined): void => {
        late.cancel();
        this.#waiting.delete(settle);
        resolve(value);
      };
      const late = this.#clock.after(Math.max(0, withinMs), () => settle(undefined));
      this.#waiting.add(settle);
    });
  }

  tell(value: T | undefined): void {
    for (const settle of this.#waiting) settle(value);
  }
}
