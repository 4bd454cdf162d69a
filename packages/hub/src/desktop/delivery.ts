import type { Clock } from "@doorbell-js/doorbell/line";

import { Pace } from "./groups.ts";
import { contentOf, type Daemon, DesktopError, type Popup } from "./popup.ts";

/** Calls to the daemon for all groups together: so many at once, then one in this time. */
const PACE = { atOnce: 20, everyMs: 100 } as const;

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

interface DeliveryOptions {
  readonly daemon: Daemon;
  readonly bubbles: Bubbles;
  readonly clock: Clock;
  /** How long a call may take. */
  readonly timeoutMs: number;
  readonly events: DeliveryEvents;
}

interface DeliveryEvents {
  /** A pop-up could not be shown, or cannot be for now. What lasts is told once. */
  failed(error: DesktopError): void;
  /** What lasted is over. */
  recovered(): void;
  /** A call was answered: there may be an id. */
  answered(): void;
}

/**
 * Tells the daemon what changed, one call at a time. A daemon that does not answer is not sent anything on top: it is
 * asked from time to time what it can do, which shows nothing, and told the rest when it answers.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #pace: Pace;
  readonly #closing = new AbortController();
  #capabilities: ReadonlySet<string> | undefined;
  #isWorking = false;
  /** Goes up with every change of daemon: what an older one answers is void. */
  #generation = 0;
  #waiting: { cancel(): void } | undefined;
  #retries = 0;
  /** What lasts, and was told. */
  #trouble: DesktopError | undefined;
  #idle: (() => void)[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock, PACE);
  }

  /**
   * The delivery's loop: one call to the daemon a turn, for the bubble that is due next; the first call asks what the
   * daemon can do. It stops when nothing is due, when the calls come too fast, and when the daemon takes nothing for now:
   * in the last two cases `#wait` starts it again. Who waits for the end in `settled` is told.
   */
  async #work(): Promise<void> {
    do while (await this.#step());
    // Something may have become due since the last step looked.
    while (this.#waiting === undefined && !this.#closing.signal.aborted && this.#options.bubbles.next() !== undefined);
    this.#isWorking = false;
    if (this.#waiting === undefined || this.isHeldUp) this.#settle();
  }

  /** One call. Gives whether there may be another now. */
  async #step(): Promise<boolean> {
    const bubble = this.#options.bubbles.next();
    if (bubble === undefined || this.#closing.signal.aborted) return false;
    if (!this.#pace.take()) {
      this.#wait(this.#pace.waitMs());
      return false;
    }
    const generation = this.#generation;
    try {
      if (this.#capabilities === undefined) await this.#ask(generation);
      // Not when it says what it can do: it may still take nothing.
      else if (await this.#tell(bubble, this.#capabilities, generation)) this.#recovered();
      return true;
    } catch (error) {
      return this.#failed(error, generation);
    }
  }

  /** Whether the daemon is known not to take anything now. */
  get isHeldUp(): boolean {
    return this.#trouble !== undefined;
  }

  /** Begins to tell what is due, if that is not being done. */
  start(): void {
    if (this.#isWorking || this.#waiting !== undefined || this.#closing.signal.aborted) return;
    this.#isWorking = true;
    void this.#work();
  }

  /** There is another daemon, or none. */
  changed(isThere: boolean): void {
    this.#generation += 1;
    this.#capabilities = undefined;
    const { bubbles } = this.#options;
    for (const bubble of bubbles.all()) bubbles.isGone(bubble);
    if (!isThere) return;
    this.#waiting?.cancel();
    this.#waiting = undefined;
    this.#retries = 0;
    this.start();
  }

  /** Resolves when nothing is due, or nothing can be told for now. */
  async settled(): Promise<void> {
    this.start();
    if (this.#isWorking || (this.#waiting !== undefined && !this.isHeldUp))
      await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  close(): void {
    this.#closing.abort();
    this.#waiting?.cancel();
    this.#settle();
  }

  async #ask(generation: number): Promise<void> {
    const names = await this.#limited((signal) => this.#options.daemon.capabilities(signal));
    if (generation === this.#generation) this.#capabilities = new Set(names);
  }

  /** Gives whether the daemon took it: not, if there was nothing to tell any more. */
  async #tell(bubble: Bubble, capabilities: ReadonlySet<string>, generation: number): Promise<boolean> {
    const { bubbles, daemon, clock } = this.#options;
    const { popup, id } = bubble;
    if (popup === undefined) return this.#takeAway(bubble);
    const { expireMs = 0 } = popup;
    // It would be gone by now, had there been somebody to show it.
    if (expireMs > 0 && clock.now() - bubble.putAt > expireMs) {
      bubble.isDue = false;
      if (bubble.shown === undefined) bubbles.drop(bubble);
      return false;
    }
    bubbles.departs(bubble);
    try {
      const given = await this.#limited((signal) => daemon.show(contentOf(popup, capabilities), id, signal));
      if (generation === this.#generation) bubbles.stands(bubble, popup, given);
      else bubbles.failed(bubble, true);
      return generation === this.#generation;
    } catch (error) {
      bubbles.failed(bubble, codeOf(error) === "NoDaemon");
      throw error;
    } finally {
      this.#options.events.answered();
    }
  }

  /** Bubbles that are gone already are an error to some daemons, and to nobody else. */
  async #takeAway(bubble: Bubble): Promise<boolean> {
    const { bubbles, daemon } = this.#options;
    const { id } = bubble;
    bubbles.isGone(bubble);
    if (!daemon.canClose || id === 0) return false;
    try {
      await this.#limited((signal) => daemon.close(id, signal));
    } catch (error) {
      if (codeOf(error) !== "Refused") throw error;
    }
    return true;
  }

  /** Whatever a way to a daemon does, a call of ours ends. */
  async #limited<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const giveUp = new AbortController();
    const message = `the notification daemon did not answer within ${timeoutMs} ms`;
    const abort = (): void => giveUp.abort(new DesktopError("NoDaemon", "the desktop was closed"));
    const timer = clock.after(timeoutMs, () => giveUp.abort(new DesktopError("TimedOut", message)));
    this.#closing.signal.addEventListener("abort", abort);
    const given = new Promise<never>((_, reject) => {
      giveUp.signal.addEventListener("abort", () => reject(giveUp.signal.reason as DesktopError));
    });
    try {
      // First: what the call itself says of having been given up is of no interest.
      return await Promise.race([given, call(giveUp.signal)]);
    } finally {
      timer.cancel();
      this.#closing.signal.removeEventListener("abort", abort);
    }
  }

  #failed(error: unknown, generation: number): boolean {
    if (this.#closing.signal.aborted) return false;
    const failure =
      error instanceof DesktopError
        ? error
        : new DesktopError("Refused", `the pop-up could not be shown: ${String(error)}`, { cause: error });
    // Also a daemon that does not say what it can do: nothing is shown before.
    const lasts = failure.code === "NoDaemon" || failure.code === "TimedOut" || this.#capabilities === undefined;
    if (!lasts || this.#trouble?.code !== failure.code) this.#options.events.failed(failure);
    if (!lasts) return true;
    this.#trouble = failure;
    // Another one has come meanwhile: it is told at once.
    if (generation !== this.#generation && this.#retries === 0) return true;
    this.#capabilities = undefined;
    this.#wait(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries));
    this.#retries = Math.min(this.#retries + 1, 10);
    return false;
  }

  #recovered(): void {
    this.#retries = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#options.events.recovered();
  }

  #wait(ms: number): void {
    this.#waiting?.cancel();
    this.#waiting = this.#options.clock.after(ms, () => {
      this.#waiting = undefined;
      this.start();
    });
  }

  #settle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof DesktopError ? error.code : undefined;
}

/** As many bubbles stand or wait at most: some daemons have room for 20, of all programs. */
const BUBBLES_MAX = 16;

/** A daemon that is gone whenever it is shown this bubble has been given it often enough. */
const ATTEMPTS_MAX = 2;

/** All bubbles of a program, as they should be and as they are. */
export class Bubbles {
  readonly #bubbles = new Map<string, Bubble>();
  readonly #ids = new Map<number, Bubble>();
  readonly #dropped: (key: string) => void;

  /** `dropped` is told of each bubble that is no more. */
  constructor(dropped: (key: string) => void) {
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#bubbles.size;
  }

  put(key: string, popup: Popup, now: number): void {
    const bubble: Bubble = this.#bubbles.get(key) ?? {
      key,
      popup,
      shown: undefined,
      id: 0,
      isDue: true,
      isOnItsWay: false,
      putAt: now,
      attempts: 0,
    };
    Object.assign(bubble, { popup, isDue: true, putAt: now, attempts: 0 });
    // Behind those that were put before: the oldest is the first to go.
    this.#bubbles.delete(key);
    this.#bubbles.set(key, bubble);
    this.#makeRoom();
  }

  remove(key: string): void {
    const bubble = this.#bubbles.get(key);
    if (bubble === undefined) return;
    bubble.popup = undefined;
    if (bubble.shown === undefined && !bubble.isOnItsWay) this.drop(bubble);
    else bubble.isDue = true;
  }

  /** The next bubble of which the daemon is to be told. Those to be taken away make room, so they come first. */
  next(): Bubble | undefined {
    let next: Bubble | undefined;
    for (const bubble of this.#bubbles.values()) {
      if (!bubble.isDue) continue;
      if (bubble.popup === undefined) return bubble;
      next ??= bubble;
    }
    return next;
  }

  find(id: number): Bubble | undefined {
    return this.#ids.get(id);
  }

  /** The daemon is being told of it, as it is to be now. */
  departs(bubble: Bubble): void {
    bubble.isDue = false;
    bubble.isOnItsWay = true;
  }

  /** The daemon shows `popup` in it, under this number. */
  stands(bubble: Bubble, popup: Popup, id: number): void {
    bubble.isOnItsWay = false;
    this.#ids.delete(bubble.id);
    // A daemon that gives a number twice has one bubble for it.
    const other = this.#ids.get(id);
    if (other !== undefined) this.drop(other);
    bubble.shown = popup;
    bubble.id = id;
    bubble.attempts = 0;
    if (id !== 0) this.#ids.set(id, bubble);
  }

  /** The daemon did not take it. `again`: it is to be tried once more, if that makes sense. */
  failed(bubble: Bubble, again: boolean): void {
    bubble.isOnItsWay = false;
    // What it was changed to meanwhile has not been tried.
    if (bubble.isDue && bubble.popup !== undefined) return;
    bubble.attempts += 1;
    if (again && bubble.popup !== undefined && bubble.attempts < ATTEMPTS_MAX) bubble.isDue = true;
    else this.drop(bubble);
  }

  /** The daemon shows it no more. What is to be shown in it still is. */
  isGone(bubble: Bubble): void {
    this.#ids.delete(bubble.id);
    bubble.id = 0;
    bubble.shown = undefined;
    if (!bubble.isOnItsWay && (!bubble.isDue || bubble.popup === undefined)) this.drop(bubble);
  }

  drop(bubble: Bubble): void {
    this.#ids.delete(bubble.id);
    bubble.isDue = false;
    if (this.#bubbles.get(bubble.key) !== bubble) return;
    this.#bubbles.delete(bubble.key);
    this.#dropped(bubble.key);
  }

  all(): readonly Bubble[] {
    return [...this.#bubbles.values()];
  }

  #makeRoom(): void {
    let over = [...this.#bubbles.values()].filter(({ popup }) => popup !== undefined).length - BUBBLES_MAX;
    for (const bubble of this.all()) {
      if (over <= 0) return;
      if (bubble.popup === undefined) continue;
      this.remove(bubble.key);
      over -= 1;
    }
  }
}

/** One bubble: what is to stand in it, and what is known of it. */
export interface Bubble {
  readonly key: string;
  /** `undefined`: it is to be taken away. */
  popup: Popup | undefined;
  /** What the daemon shows, once it does. */
  shown: Popup | undefined;
  /** The daemon's number for it; 0 while it does not stand. */
  id: number;
  /** Whether the daemon is to be told of a change. */
  isDue: boolean;
  /** Whether the daemon is being told of it. */
  isOnItsWay: boolean;
  /** When it was put last. */
  putAt: number;
  attempts: number;
}
