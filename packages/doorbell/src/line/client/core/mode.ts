import type { Clock } from "../../clock.ts";
import { formatCommand } from "../../codec/index.ts";
import type { LineError } from "../../errors.ts";
import { unlessAborted } from "./abort.ts";
import type { Link } from "./link.ts";
import { isLoss } from "./loss.ts";
import type { CallOptions } from "./pending.ts";

/**
 * Notification mode, as the client wants it: entered by `notify`, left for a while by `pause`, left and entered again
 * before the server's idle limit ends it, and entered anew after a reconnection.
 *
 * Every switch is a command in the link's queue, so whatever else is asked keeps its order; a switch for a fetch and
 * one for the limit cannot cross.
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
    await this.#want(sources, (enter) => enter(options, false));
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
      this.#joined = this.#want(sources, (enter) => tolerant(enter({}, true)));
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
  async #want(
    sources: readonly string[],
    entering: (enter: (options: CallOptions, own: boolean) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const before = this.#wanted;
    this.#wanted = sources;
    if (this.#pauses > 0) return;
    try {
      await entering((options, own) => this.#enter(options, own));
    } catch (error) {
      if (!isLoss(error) && this.#wanted === sources) this.#wanted = before;
      throw error;
    }
  }

  async #enter(options: CallOptions, own: boolean): Promise<void> {
    this.#entering += 1;
    try {
      const line = formatCommand({ verb: "notif", sources: this.#wanted ?? [] });
      await this.#link.command(line, "ok", { ...options, own });
    } finally {
      this.#entering -= 1;
      this.#mayBeInside = this.#link.isOpen;
    }
    this.#rearm?.cancel();
    this.#rearm = this.#clock.after(this.#rearmMs, () => this.#leaveAndEnter());
    this.entered();
  }

  async #leave(options: CallOptions, own: boolean): Promise<void> {
    this.#rearm?.cancel();
    // Whatever is asked from here on comes after it.
    this.#mayBeInside = false;
    try {
      await this.#link.command("stop_notif", "ok", { ...options, own });
    } catch (error) {
      if (!isLoss(error)) this.#mayBeInside = true;
      throw error;
    }
    if (this.#entering === 0) this.#mayBeInside = false;
  }

  #leaveAndEnter(): void {
    if (!this.isWanted || this.#pauses > 0 || !this.#link.isOpen) return;
    this.#switch(this.#leave({}, true));
    this.#switch(this.#enter({}, true));
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
