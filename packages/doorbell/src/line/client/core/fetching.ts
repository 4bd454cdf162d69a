import type { Clock } from "../../clock.ts";
import { formatCommand } from "../../codec/index.ts";
import type { LineError } from "../../errors.ts";
import { INBOX } from "../../inbox.ts";
import { History, REPLAYED_MAX } from "./history.ts";
import type { Known } from "./known.ts";
import type { Link } from "./link.ts";
import { isLoss } from "./loss.ts";
import type { Mode } from "./mode.ts";
import type { Numbered } from "./numbered.ts";

/** Who receives the items of a source. */
export interface Receiver {
  /** Whether it takes an item now. When that changes, it calls `Fetching.ready`. */
  readonly isReady: boolean;
  receive(item: string): void;
}

/** How long after its `OK` the announcements of a `notif` are waited for. */
const ANNOUNCED_MS = 5_000;

/** How long a source is left alone after the server refused to give its item. */
const REFUSED_MS = 1_000;

interface Followed {
  readonly source: string;
  readonly receivers: Set<Receiver>;
  /** Notifications that have not been followed by a fetch. */
  notified: number;
  /** It is left alone for a while. */
  rest: { cancel(): void } | undefined;
}

/**
 * Turns notifications into items: leaves notification mode, fetches, and enters it again.
 *
 * `random?` gives the newest number, so one fetch stands for all notifications of it; of any other source, as many items
 * are fetched as were announced. What a server announces when the mode is entered again takes care of the rest.
 */
export class Fetching {
  readonly #link: Link;
  readonly #mode: Mode;
  readonly #clock: Clock;
  readonly #failed: (error: LineError) => void;
  readonly #followed = new Map<string, Followed>();
  /** What was received of each source, whoever received it. */
  readonly #histories = new Map<string, Known>();
  readonly #inbox: Numbered | undefined;
  /** What was fetched for a reader who had left by then. */
  readonly #unclaimed = new Map<string, readonly string[]>();
  #busy = false;
  #settling: { cancel(): void } | undefined;

  /** `failed` hears of items that the server refused to give. `inbox`: what was received of it, if a key opens one. */
  constructor(link: Link, mode: Mode, clock: Clock, failed: (error: LineError) => void, inbox?: Numbered) {
    this.#link = link;
    this.#mode = mode;
    this.#clock = clock;
    this.#failed = failed;
    this.#inbox = inbox;
    if (inbox !== undefined) this.#histories.set(INBOX, inbox);
    mode.entered = () => this.#entered();
  }

  /** Gives `receiver` every item of `source` from now on, until the disposal. */
  follow(source: string, receiver: Receiver): Disposable {
    let followed = this.#followed.get(source);
    if (followed === undefined) {
      followed = { source, receivers: new Set(), notified: 0, rest: undefined };
      this.#followed.set(source, followed);
    }
    const { receivers } = followed;
    receivers.add(receiver);
    const unclaimed = this.#unclaimed.get(source) ?? [];
    this.#unclaimed.delete(source);
    for (const item of unclaimed) receiver.receive(item);
    if (source === INBOX) this.#askInbox();
    return {
      [Symbol.dispose]: () => {
        receivers.delete(receiver);
        if (receivers.size > 0) return;
        followed.rest?.cancel();
        this.#followed.delete(source);
      },
    };
  }

  /** `items` were given to a receiver that has left without taking them. If there is no other, they are for the next. */
  returned(source: string, items: readonly string[]): void {
    if (this.#followed.has(source) || items.length === 0) return;
    const unclaimed = [...(this.#unclaimed.get(source) ?? []), ...items];
    this.#unclaimed.set(source, unclaimed.slice(-replayedMax(source)));
  }

  /** There will be nothing more to fetch. */
  end(): void {
    for (const { rest } of this.#followed.values()) rest?.cancel();
    this.#settling?.cancel();
  }

  notified(source: string): void {
    const followed = this.#followed.get(source);
    if (followed === undefined) return;
    followed.notified += 1;
    this.ready();
  }

  /** A new session announces anew what it has, and may give again what was received. */
  connected(): void {
    // It was about the connection before.
    this.#settling?.cancel();
    for (const followed of this.#followed.values()) followed.notified = 0;
    for (const history of this.#histories.values()) history.resume();
    this.#askInbox();
  }

  /**
   * Until something is known of the inbox it is asked once, announced or not: a connection that was lost before could
   * not be gone on from.
   */
  #askInbox(): void {
    if (this.#inbox !== undefined && this.#inbox.last === undefined) this.notified(INBOX);
  }

  /** `item` was fetched by somebody else on this connection, and will not come again. */
  taken(source: string, item: string): void {
    if (item !== "") this.#give(source, this.#history(source).offer(item, true));
    else if (source === INBOX) this.#inbox?.settle();
  }

  /** `item` was fetched for a call that was given up: it is for those who follow, now or next. */
  discarded(source: string, item: string): void {
    if (item !== "") this.#give(source, this.#history(source).offer(item));
  }

  /** Goes on, if there is something to fetch and somebody to take it. */
  ready(): void {
    if (this.#busy || this.#link.isClosed || this.#due === undefined) return;
    this.#busy = true;
    void this.#round().then(() => {
      this.#busy = false;
      // Without a connection there is nothing to go on with: the next one announces anew.
      if (this.#link.isOpen) this.ready();
    });
  }

  /** A server that announces nothing as the mode is entered has nothing to give again: what comes later is new. */
  #entered(): void {
    const undecided = [...this.#histories].filter(([, history]) => history.isUndecided);
    this.#settling?.cancel();
    if (undecided.length === 0) return;
    this.#settling = this.#clock.after(ANNOUNCED_MS, () => {
      for (const [source, history] of undecided)
        if (!this.#busy && (this.#followed.get(source)?.notified ?? 0) === 0) this.#give(source, history.settle());
    });
  }

  get #due(): Followed | undefined {
    for (const followed of this.#followed.values())
      if (followed.notified > 0 && followed.rest === undefined && [...followed.receivers].every((each) => each.isReady))
        return followed;
    return undefined;
  }

  async #round(): Promise<void> {
    try {
      await this.#mode.pause();
      try {
        for (let due = this.#due; due !== undefined; due = this.#due) await this.#fetch(due);
      } finally {
        await this.#mode.resume();
      }
    } catch (error) {
      // What a lost connection did not give, the next one announces: it may be there by now, and is not to be dropped.
      if (!isLoss(error)) this.#link.drop(error as LineError);
    }
  }

  async #fetch(followed: Followed): Promise<void> {
    const { source } = followed;
    const history = this.#history(source);
    const isNumber = source === "random";
    followed.notified = isNumber ? 0 : followed.notified - 1;
    try {
      const line = formatCommand({ verb: "fetch", source });
      do {
        const item = await this.#link.command(line, isNumber ? "number" : "text", { own: true });
        // Outside the mode nothing is announced: an empty answer is one to all notifications that came.
        if (item === "") followed.notified = 0;
        this.#give(source, item === "" ? history.settle() : history.offer(item));
        // What might be known is fetched until that is decided; it was announced once for all.
      } while (history.isUndecided);
    } catch (error) {
      if (!["Refused", "BadAnswer"].includes((error as LineError).code)) throw error;
      this.#failed(error as LineError);
      this.#rest(followed);
    }
  }

  #history(source: string): Known {
    let history = this.#histories.get(source);
    if (history === undefined) this.#histories.set(source, (history = new History(replayedMax(source))));
    return history;
  }

  #give(source: string, items: readonly string[]): void {
    this.returned(source, items);
    for (const item of items)
      for (const receiver of this.#followed.get(source)?.receivers ?? []) receiver.receive(item);
  }

  /** The server still has the item and will announce it at once: asking at once would be a loop. */
  #rest(followed: Followed): void {
    followed.rest = this.#clock.after(REFUSED_MS, () => {
      followed.rest = undefined;
      followed.notified += 1;
      this.ready();
    });
  }
}

/** Of `random` there is only the newest number. */
function replayedMax(source: string): number {
  return source === "random" ? 1 : REPLAYED_MAX;
}
