/**
 * Items for a client: fetches what was announced, and tells what a new session gives again from what is new. With it what
 * a client asks before: the key of its inbox, and which sources there are.
 */

import { formatCommand, INBOX, isSourceName, NO_INBOX } from "../codec.ts";
import { LineError } from "../errors.ts";
import type { Clock } from "../time.ts";
import { isLoss, type Link } from "./link.ts";
import type { Mode } from "./mode.ts";

/** How long after its `OK` the announcements of a `notif` are waited for. */
const ANNOUNCED_MS = 5_000;

/** How long a source is left alone after the server refused to give its item. */
const REFUSED_MS = 1_000;

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

/** Who receives the items of a source. */
export interface Receiver {
  /** Whether it takes an item now. When that changes, it calls `Fetching.ready`. */
  readonly isReady: boolean;
  receive(item: string): void;
}

interface Followed {
  readonly source: string;
  readonly receivers: Set<Receiver>;
  /** Notifications that have not been followed by a fetch. */
  notified: number;
  /** It is left alone for a while. */
  rest: { cancel(): void } | undefined;
}

/** Of `random` there is only the newest number. */
function replayedMax(source: string): number {
  return source === "random" ? 1 : REPLAYED_MAX;
}

/** A new session of a server begins with this many of the newest items unread. */
const REPLAYED_MAX = 100;

/** What was received of one source: it tells what a new session gives again from what is new. */
interface Known {
  /** Whether items may be held back: `offer` more, or `settle`. */
  readonly isUndecided: boolean;
  /** A new session begins. */
  resume(): void;
  /** Takes the next item of the session, and gives those that are new, save what was `taken`. */
  offer(item: string, taken?: boolean): readonly string[];
  /** The session has no more items: what is new of those held back? */
  settle(): readonly string[];
}

/**
 * The items of one source that were received last, so that those a new session gives again are not received twice.
 *
 * Items carry no number on the line. But a new session begins within what was received before, or after it: so its
 * first items are the last ones known, or there is no overlap. What could still be an overlap is held back until that
 * is decided.
 */
export class History implements Known {
  readonly #replayedMax: number;
  readonly #known: string[] = [];
  /** Items of a new session that might be known ones. `undefined`: it has been decided what is new. */
  #held: Held[] | undefined;

  /** `replayedMax`: a new session gives at most so many of the newest items again. */
  constructor(replayedMax: number = REPLAYED_MAX) {
    this.#replayedMax = replayedMax;
  }

  get isUndecided(): boolean {
    return this.#held !== undefined;
  }

  resume(): void {
    if (this.#known.length > 0) this.#held = [];
  }

  offer(item: string, taken: boolean = false): readonly string[] {
    if (this.#held === undefined) {
      this.#keep(item);
      return taken ? [] : [item];
    }
    this.#held.push({ item, taken });
    return this.#couldOverlapMore(this.#held) ? [] : this.settle();
  }

  settle(): readonly string[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return this.#receive(held.slice(this.#overlap(held)));
  }

  /** Whether `held` stands somewhere in what is known, with more known items after it. */
  #couldOverlapMore(held: readonly Held[]): boolean {
    const known = this.#known;
    for (let at = 0; at + held.length < known.length; at++)
      if (held.every(({ item }, i) => item === known[at + i])) return true;
    return false;
  }

  /** The greatest number of first items of `held` that are the last ones known. */
  #overlap(held: readonly Held[]): number {
    const known = this.#known;
    for (let length = Math.min(held.length, known.length); length > 0; length--)
      if (held.slice(0, length).every(({ item }, i) => item === known[known.length - length + i])) return length;
    return 0;
  }

  #receive(fresh: readonly Held[]): readonly string[] {
    for (const { item } of fresh) this.#keep(item);
    return fresh.filter(({ taken }) => !taken).map(({ item }) => item);
  }

  #keep(item: string): void {
    this.#known.push(item);
    if (this.#known.length > this.#replayedMax) this.#known.shift();
  }
}

interface Held {
  readonly item: string;
  /** Somebody has it: it is known from here on, and given to nobody else. */
  readonly taken: boolean;
}

/**
 * The items of an inbox that were received. They have numbers, and a session begins after the number that it is told: so
 * nothing is given again, and nothing has to be compared.
 */
export class Numbered implements Known {
  readonly isUndecided: boolean = false;
  #last: number | undefined;

  /** `after`: the number of the last item received before, if it is known. */
  constructor(after?: number) {
    this.#last = after;
  }

  /** The number of the last item received; `undefined` as long as nothing is known of the inbox. */
  get last(): number | undefined {
    return this.#last;
  }

  resume(): void {}

  offer(item: string, taken: boolean = false): readonly string[] {
    const sequence = sequenceOf(item);
    if (sequence !== undefined && sequence <= (this.#last ?? -1)) return [];
    this.#last = sequence ?? this.#last;
    return taken ? [] : [item];
  }

  /** A session that was given nothing has nothing before it: whatever there will be is new. */
  settle(): readonly string[] {
    this.#last ??= 0;
    return [];
  }
}

/** The number in an item, a line of JSON; `undefined` in what is none. */
function sequenceOf(item: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(item);
  } catch {
    return undefined;
  }
  const { sequence } = (value ?? {}) as { readonly sequence?: unknown };
  return Number.isSafeInteger(sequence) ? (sequence as number) : undefined;
}

/** Says the client's key on each connection, before anything else, with the number of the last item received. */
export class Unlocking {
  readonly #link: Link;
  readonly #inbox: Numbered;
  readonly #key: string;

  constructor(link: Link, inbox: Numbered, key: string) {
    this.#link = link;
    this.#inbox = inbox;
    this.#key = key;
  }

  /**
   * Resolves once the inbox is open. A key that will open nothing later either ends the link; what may be better next
   * time drops the connection.
   */
  async unlock(): Promise<void> {
    const { last } = this.#inbox;
    const line = formatCommand({ verb: "key", key: this.#key, ...(last !== undefined && { after: last }) });
    try {
      await this.#link.command(line, "ok", { own: true, isFirst: true });
    } catch (error) {
      const cause = error as LineError;
      if (isLoss(cause)) throw cause;
      if (isFinal(cause)) this.#link.fail(new LineError("Refused", `the key was refused: ${cause.message}`, { cause }));
      else this.#link.drop(cause);
      throw cause;
    }
  }
}

/** A server that is full, stops, or cannot look says so in other words. */
function isFinal({ code, message }: LineError): boolean {
  return code !== "Refused" || message.includes(NO_INBOX) || message.includes("unknown command");
}

/** Which sources a server has: a reader of one that it has not would wait for ever. */
export class Directory {
  readonly #link: Link;
  /** The question that waits for its answer: one is enough for all who ask. */
  #asked: Promise<readonly string[] | undefined> | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Asks whether there is a source of this name.
   *
   * @throws LineError `Refused` when there is none; what the question failed with, if it was not answered
   */
  async check(source: string): Promise<void> {
    this.#asked ??= this.#names().finally(() => (this.#asked = undefined));
    const names = await this.#asked;
    if (names === undefined || names.includes(source)) return;
    const hint = source === INBOX ? `, as no key was given: see the option "key"` : "";
    throw new LineError("Refused", `the server has no source "${source}" here${hint}; it has: ${names.join(" ")}`);
  }

  /** `undefined`: this server does not say. */
  async #names(): Promise<readonly string[] | undefined> {
    try {
      const names = (await this.#link.command("sources", "line", { own: true })).split(" ");
      return names.every(isSourceName) ? names : undefined;
    } catch (error) {
      if ((error as LineError).code === "Refused") return undefined;
      throw error;
    }
  }
}

/** Whether every server has this source; the original ones have no others, and do not answer when they are asked. */
export function isEverywhere(source: string): boolean {
  return EVERYWHERE.has(source);
}

const EVERYWHERE: ReadonlySet<string> = new Set(["random", "classified"]);
