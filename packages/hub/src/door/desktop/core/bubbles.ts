import type { Popup } from "./popup.ts";

/** As many bubbles stand or wait at most: some daemons have room for 20, of all programs. */
const BUBBLES_MAX = 16;

/** A daemon that is gone whenever it is shown this bubble has been given it often enough. */
const ATTEMPTS_MAX = 2;

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
