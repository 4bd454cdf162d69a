import { formatCommand } from "../codec.ts";
import type { LineError } from "../errors.ts";
import type { Clock } from "../time.ts";
import { type CallOptions, isLoss, type Link, unlessAborted } from "./link.ts";

/**
 * Notification mode, as the client wants it: entered by `notify`, left for a while by `pause`, left and entered again
 * before the server's idle limit ends it, and entered anew after a reconnection.
 *
 * Every switch is a command in the link's queue, so whatever else is asked keeps its order; a switch for a fetch and
 * one for the limit cannot cross. The one for the limit is two commands in one write, which no other can come between.
 */
export class Mode {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #rearmMs: number;
  /** The sources that are wanted; none means all. `undefined`: notification mode is not wanted. */
  #wanted: readonly string[] | undefined;
  #pauses = 0;
  #left: Promise<void> = Promise.resolve();
  #joined: Promise<void> = Promise.resolve();
  /**
   * Whether the server may be in the mode, wanted or not: a call that was given up may have been heard. Fetching in the
   * mode would leave the rest unannounced, as a server announces at once only what it has when the mode is entered.
   */
  #mayBeInside = false;
  /** `notif`s that have not been answered. */
  #entering = 0;
  #rearm: { cancel(): void } | undefined;
  /** Called when the server has entered the mode: what it has to announce follows at once. */
  entered: () => void = () => {};

  constructor(link: Link, clock: Clock, rearmMs: number) {
    this.#link = link;
    this.#clock = clock;
    this.#rearmMs = rearmMs;
  }

  get isWanted(): boolean {
    return this.#wanted !== undefined;
  }

  /** Whether what the server has now may have been announced before. */
  get mayBeInside(): boolean {
    return this.isWanted || this.#mayBeInside;
  }

  /** There will be no connection any more to be in a mode. */
  get isOver(): boolean {
    return this.#link.isClosed;
  }

  /** The mode is wanted, and will be entered with the next connection at the latest. */
  want(): void {
    this.#wanted ??= [];
  }

  async notify(sources: readonly string[], options: CallOptions = {}): Promise<void> {
    await this.#want(sources, () => this.#enter(options, false));
  }

  /**
   * Enters the mode for a reader of `source`, or of all, unless it is entered already. Readers share it, so one who
   * gives up takes it from nobody; and a connection that is lost meanwhile is no failure.
   */
  async join(source: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    const wanted = this.#wanted;
    const covered = wanted?.length === 0 || (source !== undefined && wanted?.includes(source) === true);
    if (!covered) {
      const sources = wanted === undefined || source === undefined ? [] : [...wanted, source];
      this.#joined = this.#want(sources, () => tolerant(this.#enter({}, true)));
      // Who comes later is not to hear of it.
      this.#joined.catch(() => (this.#joined = Promise.resolve()));
    }
    await unlessAborted(this.#joined, signal);
  }

  async stopNotify(options: CallOptions = {}): Promise<void> {
    this.#wanted = undefined;
    if (this.#pauses === 0) await this.#leave(options, false);
    else await unlessAborted(this.#left, options.signal);
  }

  /** Leaves the mode until `resume`, if it is wanted. Pauses nest. */
  async pause({ signal }: CallOptions = {}): Promise<void> {
    this.#pauses += 1;
    // Without a connection there is nothing to leave: the next one is not in the mode, and does not enter it now.
    const inside = this.#mayBeInside || this.#entering > 0;
    if (this.#pauses === 1) this.#left = inside ? tolerant(this.#leave({}, true)) : Promise.resolve();
    try {
      await unlessAborted(this.#left, signal);
    } catch (error) {
      // The mode may have been left by now, or will be.
      this.#switch(this.resume());
      throw error;
    }
  }

  /** A pause that ends with the disposal of what it gives. */
  async paused(options?: CallOptions): Promise<AsyncDisposable> {
    await this.pause(options);
    let paused = true;
    return {
      [Symbol.asyncDispose]: async () => {
        if (!paused) return;
        paused = false;
        await this.resume();
      },
    };
  }

  async resume(): Promise<void> {
    this.#pauses -= 1;
    if (this.#pauses > 0 || !this.isWanted || this.isOver) return;
    // A call of before the pause may have entered it since, on the next connection.
    if (this.#mayBeInside || this.#entering > 0) this.#switch(this.#leave({}, true));
    await tolerant(this.#enter({}, true));
  }

  /** A new connection begins outside the mode. */
  connected(): void {
    if (this.isWanted && this.#pauses === 0 && this.#entering === 0) this.#switch(this.#enter({}, true));
  }

  disconnected(): void {
    this.#rearm?.cancel();
    this.#mayBeInside = false;
  }

  /** Wants the mode for `sources` from now on; no more, if the server refuses or the call is given up. */
  async #want(sources: readonly string[], enter: () => Promise<void>): Promise<void> {
    const before = this.#wanted;
    this.#wanted = sources;
    if (this.#pauses > 0) return;
    try {
      await enter();
    } catch (error) {
      if (!isLoss(error) && this.#wanted === sources) this.#wanted = before;
      throw error;
    }
  }

  get #notif(): string {
    return formatCommand({ verb: "notif", sources: this.#wanted ?? [] });
  }

  async #enter(options: CallOptions, own: boolean): Promise<void> {
    await this.#entered(() => this.#link.command(this.#notif, "ok", { ...options, own }));
    this.entered();
  }

  async #entered(ask: () => Promise<string>): Promise<void> {
    this.#entering += 1;
    try {
      await ask();
    } finally {
      this.#entering -= 1;
      this.#mayBeInside = this.#link.isOpen;
    }
    this.#rearm?.cancel();
    this.#rearm = this.#clock.after(this.#rearmMs, () => this.#leaveAndEnter());
  }

  #leave(options: CallOptions, own: boolean): Promise<void> {
    return this.#leaving(() => this.#link.command("stop_notif", "ok", { ...options, own }));
  }

  async #leaving(ask: () => Promise<string>): Promise<void> {
    this.#rearm?.cancel();
    // Whatever is asked from here on comes after it.
    this.#mayBeInside = false;
    try {
      await ask();
    } catch (error) {
      if (!isLoss(error)) this.#mayBeInside = true;
      throw error;
    }
    if (this.#entering === 0) this.#mayBeInside = false;
  }

  /**
   * In one write: a server that finds them behind one another goes on with the mode, and announces only what it has not
   * announced in it. Others announce what they like, and every notification is handed on: it may be of an item that came
   * in between.
   */
  #leaveAndEnter(): void {
    if (!this.isWanted || this.#pauses > 0 || !this.#link.isOpen) return;
    const [left, entered] = this.#link.pair("stop_notif", this.#notif);
    this.#switch(this.#leaving(() => left));
    this.#switch(this.#entered(() => entered));
  }

  /** A switch that nobody awaits. A server that refuses it leaves the connection in an unknown mode: it goes. */
  #switch(command: Promise<void>): void {
    tolerant(command).catch((error: LineError) => this.#link.drop(error));
  }
}

/** A connection that is lost has left the mode, and the next one enters it: no failure of a switch. */
async function tolerant(command: Promise<void>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!isLoss(error)) throw error;
  }
}
