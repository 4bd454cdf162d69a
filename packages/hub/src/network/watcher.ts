import { Backoff, type Clock } from "../time.ts";
import { rtnetlink } from "./ip.ts";
import { networkManager } from "./nm.ts";
import { poll } from "./poll.ts";
import {
  type Backend,
  type BackendHost,
  type BackendName,
  NetworkError,
  type NetworkState,
  type OpenBackend,
  ordered,
} from "./state.ts";

const DEBOUNCE_MS = 300;

/** However quiet it is, the state is read again after this time: what should have told of a change may hang. */
const RECHECK_MS = 60_000;

interface WatchOptions {
  readonly clock: Clock;
  /** The back ends to choose from, the best first. @default NetworkManager, rtnetlink, poll */
  readonly backends?: readonly Backend[];
  /** The state is read once nothing changed for as long, or after ten times as long. @default 300 */
  readonly debounceMs?: number;
  /** How often the back end `poll` looks, if no others are given. @default 2_000 */
  readonly pollMs?: number;
  readonly log: (event: NetworkEvent) => void;
  /** 0 ≤ n < 1: spreads attempts. @default Math.random */
  readonly random?: () => number;
  /** Ends the watch, as disposing of it does. */
  readonly signal?: AbortSignal;
}

/** What an operator may want to know. A back end that fails again and again is told once. */
export type NetworkEvent =
  /** The state comes from this back end from now on. */
  | { readonly type: "backendOpened"; readonly backend: BackendName }
  /** This back end cannot be had here, or has died. It is tried again, in waits that double from 1 s to 60 s. */
  | { readonly type: "backendFailed"; readonly backend: BackendName; readonly cause: unknown }
  /** A listener threw. The others are called all the same. */
  | { readonly type: "listenerFailed"; readonly cause: unknown };

/**
 * The network of this machine, as it is. What counts is the last state: what came and went between two looks is not
 * told. A back end that dies is replaced by the next best, and used again when it is back.
 */
export interface NetworkWatcher extends AsyncDisposable {
  /** Where the state comes from; the last one while there is none. */
  readonly backend: BackendName;
  readonly state: NetworkState;
  /** Calls the listener with each new state, which differs from the one before. */
  onChange(listener: (state: NetworkState) => void): Disposable;
}

/**
 * Begins to watch, and resolves once the state is known. Rejects with a `NetworkError`: `NoBackend` if none of the back
 * ends can be had (the last of the default ones always can), `Aborted`. Disposing ends everything that was begun, and
 * waits for it.
 */
export async function watchNetwork(options: WatchOptions): Promise<NetworkWatcher> {
  const watcher = new Watcher(options);
  const { signal } = options;
  const abort = (): void => void watcher[Symbol.asyncDispose]();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await watcher.start();
    return watcher;
  } catch (cause) {
    signal?.removeEventListener("abort", abort);
    await watcher[Symbol.asyncDispose]();
    if (!signal?.aborted) throw cause;
    throw new NetworkError("Aborted", "watching the network was given up", { cause: signal.reason });
  }
}

class Watcher implements NetworkWatcher {
  readonly #options: WatchOptions;
  readonly #candidates: readonly Candidate[];
  readonly #debounce: Debounce;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(state: NetworkState) => void>();
  /** What goes on by itself, and is waited for at the end. */
  readonly #running = new Set<Promise<void>>();
  /** Those whose failure was told since they were opened. */
  readonly #told = new Set<Candidate>();
  #current: Session | undefined;
  #backend: BackendName = "poll";
  #state: NetworkState = [];
  #known = JSON.stringify([]);
  #isReading = false;
  #isChoosing = false;
  #retry: { cancel(): void } | undefined;
  #recheck: { cancel(): void } | undefined;

  constructor(options: WatchOptions) {
    const { clock, random = Math.random, debounceMs = DEBOUNCE_MS, pollMs } = options;
    const { backends = [networkManager(), rtnetlink(), poll(pollMs === undefined ? {} : { pollMs })] } = options;
    this.#options = options;
    this.#candidates = backends.map((backend) => new Candidate(backend, clock, random));
    this.#debounce = new Debounce(clock, debounceMs, () => this.#run(this.#read()));
  }

  /**
   * The watcher's loop, a back end a turn: opens the best that can be had, if it is better than the present one, and gives
   * why others could not. From then on each change that it tells of calls `#read`, once it is quiet, and `#publish` tells
   * the listeners of a state that is another. When it dies, and whenever a better one may be tried again, this is called
   * anew.
   */
  async #choose(): Promise<unknown[]> {
    const failures: unknown[] = [];
    if (this.#isChoosing) return failures;
    this.#isChoosing = true;
    this.#retry?.cancel();
    for (const candidate of this.#candidates) {
      if (candidate === this.#current?.candidate || this.#closing.signal.aborted) break;
      if (candidate.waitMs > 0) continue;
      const failure = await this.#try(candidate);
      if (failure === undefined) break;
      failures.push(failure.cause);
    }
    this.#isChoosing = false;
    this.#retryLater();
    return failures;
  }

  get backend(): BackendName {
    return this.#backend;
  }

  get state(): NetworkState {
    return this.#state;
  }

  onChange(listener: (state: NetworkState) => void): Disposable {
    // Two that are the same function are two.
    const own = (state: NetworkState): void => listener(state);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async start(): Promise<void> {
    const failures = await this.#choose();
    if (this.#current !== undefined) return;
    const why = failures.map((cause) => (cause instanceof Error ? cause.message : String(cause)));
    const message = `the network cannot be watched: ${why.join("; ") || "there is no back end"}`;
    throw new NetworkError("NoBackend", message, { cause: failures });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#retry?.cancel();
    this.#recheck?.cancel();
    this.#debounce.cancel();
    this.#listeners.clear();
    const current = this.#current;
    this.#current = undefined;
    await current?.[Symbol.asyncDispose]();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Puts a back end in the place of the present one, or says why it cannot. */
  async #try(candidate: Candidate): Promise<{ readonly cause: unknown } | undefined> {
    const session = new Session(
      candidate,
      { clock: this.#options.clock, signal: this.#closing.signal },
      { changed: (of) => this.#changed(of), died: (of) => this.#died(of) },
    );
    let state: NetworkState;
    try {
      state = await session.start();
      this.#closing.signal.throwIfAborted();
    } catch (cause) {
      await session[Symbol.asyncDispose]();
      this.#failed(candidate, cause);
      return { cause };
    }
    const before = this.#current;
    this.#current = session;
    this.#backend = candidate.backend.name;
    candidate.opened();
    this.#told.delete(candidate);
    this.#options.log({ type: "backendOpened", backend: this.#backend });
    this.#publish(state);
    // What changed while it was opened may not be in what was read.
    if (session.isDirty) this.#debounce.trigger();
    if (before !== undefined) await before[Symbol.asyncDispose]();
    return undefined;
  }

  #changed(session: Session): void {
    if (session === this.#current) this.#debounce.trigger();
  }

  #died(session: Session): void {
    // One that is not in use yet is dealt with where it is tried.
    if (session !== this.#current) return;
    this.#current = undefined;
    this.#debounce.cancel();
    this.#failed(session.candidate, session.death);
    this.#run(session[Symbol.asyncDispose]());
    this.#run(this.#choose());
  }

  #failed(candidate: Candidate, cause: unknown): void {
    candidate.failed();
    if (this.#told.has(candidate) || this.#closing.signal.aborted) return;
    this.#told.add(candidate);
    this.#options.log({ type: "backendFailed", backend: candidate.backend.name, cause });
  }

  /** Sees to the better back ends, or to any if there is none, when they may be tried again. */
  #retryLater(): void {
    if (this.#closing.signal.aborted) return;
    const present = this.#candidates.findIndex((candidate) => candidate === this.#current?.candidate);
    const better = present === -1 ? this.#candidates : this.#candidates.slice(0, present);
    if (better.length === 0) return;
    const waitMs = Math.max(0, Math.min(...better.map((candidate) => candidate.waitMs)));
    this.#retry = this.#options.clock.after(waitMs, () => this.#run(this.#choose()));
  }

  async #read(): Promise<void> {
    const session = this.#current;
    if (session === undefined) return;
    // What changes while it reads is read after that.
    if (this.#isReading) return this.#debounce.trigger();
    this.#isReading = true;
    const state = await session.read();
    this.#isReading = false;
    if (state !== undefined && session === this.#current) this.#publish(state);
  }

  /** A state was read: tells it if it is another. */
  #publish(state: NetworkState): void {
    this.#recheck?.cancel();
    this.#recheck = this.#options.clock.after(RECHECK_MS, () => this.#debounce.trigger());
    const next = ordered(state);
    const known = JSON.stringify(next);
    if (known === this.#known) return;
    this.#known = known;
    this.#state = next;
    for (const listener of this.#listeners)
      try {
        listener(next);
      } catch (cause) {
        this.#options.log({ type: "listenerFailed", cause });
      }
  }

  /** Lets something go on by itself. */
  #run(task: Promise<unknown>): void {
    const done = this.#finish(task).finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  async #finish(task: Promise<unknown>): Promise<void> {
    await task;
  }
}

interface SessionEvents {
  changed(session: Session): void;
  died(session: Session): void;
}

/** One back end in use, from its opening until it is dead or disposed of. */
class Session implements AsyncDisposable {
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

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** A back end that held for as long is a good one: waits begin anew. */
const STEADY_MS = 10_000;

/** A back end that could be used, and from when on it may be tried. */
class Candidate {
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

/** However long it goes on, it is not put off for more than so many times the wait. */
const WAITS_MAX = 10;

/** Calls once when something that happens often has stopped for a while, or has gone on for long. */
class Debounce {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #run: () => void;
  #timer: { cancel(): void } | undefined;
  #latest = 0;

  constructor(clock: Clock, waitMs: number, run: () => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#run = run;
  }

  /** It happened. */
  trigger(): void {
    const now = this.#clock.now();
    if (this.#timer === undefined) this.#latest = now + WAITS_MAX * this.#waitMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(Math.min(this.#waitMs, this.#latest - now), () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
