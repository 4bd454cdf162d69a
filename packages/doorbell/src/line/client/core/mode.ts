import type { Clock } from "../../clock.ts";
import { formatCommand } from "../../codec/index.ts";
import type { LineError } from "../../errors.ts";
import type { Link } from "./link.ts";
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
  /** `notif`s that have not been answered. */
  #entering = 0;
  #rearm: { cancel(): void } | undefined;

  constructor(link: Link, clock: Clock, rearmMs: number) {
    this.#link = link;
    this.#clock = clock;
    this.#rearmMs = rearmMs;
  }

  get isWanted(): boolean {
    return this.#wanted !== undefined;
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
    this.#wanted = sources;
    if (this.#pauses === 0) await this.#enter(options, false);
  }

  async stopNotify(options: CallOptions = {}): Promise<void> {
    this.#wanted = undefined;
    if (this.#pauses === 0) await this.#leave(options, false);
  }

  /** Leaves the mode until `resume`, if it is wanted. Pauses nest. */
  async pause(options: CallOptions = {}): Promise<void> {
    this.#pauses += 1;
    // Without a connection there is nothing to leave: the next one is not in the mode, and does not enter it now.
    const inside = this.isWanted && (this.#link.isOpen || this.#entering > 0);
    if (this.#pauses === 1 && inside) this.#left = tolerant(this.#leave(options, true));
    try {
      await this.#left;
    } catch (error) {
      this.#pauses -= 1;
      if (this.#pauses === 0) this.#left = Promise.resolve();
      throw error;
    }
  }

  async resume(): Promise<void> {
    this.#pauses -= 1;
    if (this.#pauses > 0) return;
    this.#left = Promise.resolve();
    if (this.isWanted) await tolerant(this.#enter({}, true));
  }

  /** A new connection begins outside the mode. */
  connected(): void {
    if (this.isWanted && this.#pauses === 0 && this.#entering === 0) this.#switch(this.#enter({}, true));
  }

  disconnected(): void {
    this.#rearm?.cancel();
  }

  async #enter(options: CallOptions, own: boolean): Promise<void> {
    this.#entering += 1;
    try {
      const line = formatCommand({ verb: "notif", sources: this.#wanted ?? [] });
      await this.#link.command(line, "ok", { ...options, own });
    } finally {
      this.#entering -= 1;
    }
    this.#rearm?.cancel();
    this.#rearm = this.#clock.after(this.#rearmMs, () => this.#leaveAndEnter());
  }

  async #leave(options: CallOptions, own: boolean): Promise<void> {
    this.#rearm?.cancel();
    await this.#link.command("stop_notif", "ok", { ...options, own });
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

/** How a command fails whose connection is lost, or is given up. */
const lost: ReadonlySet<string> = new Set(["Disconnected", "TimedOut", "OutOfStep", "LineTooLong", "NotUtf8"]);

/** A connection that is lost has left the mode, and the next one enters it: no failure of a switch. */
async function tolerant(command: Promise<void>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!lost.has((error as LineError).code)) throw error;
  }
}
