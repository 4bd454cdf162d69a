import type { Clock } from "@doorbell-js/doorbell/line";

import { type Popup, shownLine } from "./popup.ts";

/** Bubbles of one group: three at once, then one a second. */
const PACE = { atOnce: 3, everyMs: 1_000 } as const;

/** A burst is over when nothing came for so long. */
const QUIET_MS = 5_000;

/** A summary names so many of the newest. */
const NEWEST_MAX = 3;

/** Where a group's bubbles go. */
interface GroupHost {
  /** Whether nothing can be shown for now: what comes then is summarised. */
  isHeldUp(): boolean;
  put(key: string, popup: Popup): void;
  remove(key: string): void;
}

/**
 * The pop-ups of one group: few at a time stand each in a bubble of its own; a burst stands in one bubble that says how
 * many there are, which takes the place of those that its first pop-ups had.
 */
export class Group {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #host: GroupHost;
  readonly #pace: Pace;
  /** The bubbles of the pop-ups that came since it was last quiet, by key. */
  readonly #alone = new Map<string, Popup>();
  #isBurst = false;
  /** What waits for its turn: the group's single bubble, or a new summary. */
  #due: Popup | undefined;
  #timer: { cancel(): void } | undefined;
  /** The pop-ups that the next summary stands for, and how many of them the last one did. */
  #gathered = 0;
  #summarised = 0;
  #newest: Popup[] = [];
  #lastAt: number;

  constructor(name: string, clock: Clock, host: GroupHost) {
    this.#name = name;
    this.#clock = clock;
    this.#host = host;
    this.#pace = new Pace(clock, PACE);
    this.#lastAt = clock.now();
  }

  /** When a pop-up came last. */
  get lastAt(): number {
    return this.#lastAt;
  }

  show(popup: Popup): void {
    const now = this.#clock.now();
    if (now - this.#lastAt >= QUIET_MS && this.#due === undefined) {
      this.#isBurst = false;
      this.#alone.clear();
    }
    this.#lastAt = now;
    if (popup.name === undefined) this.#becomesDue(popup);
    else if (!this.#isBurst && !this.#host.isHeldUp() && this.#pace.take())
      this.#showAlone(popup, keyOf(this.#name, popup.name));
    else this.#gather(popup);
  }

  /** Takes a bubble away, and what waits to stand in it. */
  close(name: string | undefined): void {
    const key = keyOf(this.#name, name);
    this.#alone.delete(key);
    if (name === undefined && this.#due?.name === undefined) this.#forgetDue();
    this.#host.remove(key);
  }

  /** A bubble is gone: what it stood for was seen. */
  closed(key: string): void {
    this.#alone.delete(key);
    if (key !== this.#summaryKey) return;
    this.#gathered -= this.#summarised;
    this.#summarised = 0;
    this.#newest.length = Math.min(this.#newest.length, this.#gathered);
  }

  /** Shows at once what waits. */
  flush(): void {
    const due = this.#due;
    if (due === undefined) return;
    this.#forgetDue();
    if (due.name === undefined) {
      this.#host.put(keyOf(this.#name, undefined), due);
      return;
    }
    for (const key of this.#alone.keys()) this.#host.remove(key);
    this.#alone.clear();
    this.#summarised = this.#gathered;
    this.#host.put(this.#summaryKey, this.#summary(due));
  }

  /** Nothing is shown any more. */
  end(): void {
    this.#forgetDue();
  }

  get #summaryKey(): string {
    return JSON.stringify([this.#name]);
  }

  #showAlone(popup: Popup, key: string): void {
    this.#alone.set(key, popup);
    this.#host.put(key, popup);
  }

  #gather(popup: Popup): void {
    if (!this.#isBurst) {
      this.#isBurst = true;
      for (const alone of this.#alone.values()) this.#count(alone);
    }
    this.#count(popup);
    this.#becomesDue(popup);
  }

  #count(popup: Popup): void {
    this.#gathered += 1;
    this.#newest.unshift(popup);
    this.#newest.length = Math.min(this.#newest.length, NEWEST_MAX);
  }

  #becomesDue(popup: Popup): void {
    // The group's single bubble and the summary do not take each other's place.
    if (this.#due !== undefined && (this.#due.name === undefined) !== (popup.name === undefined)) this.flush();
    this.#due = popup;
    if (this.#timer !== undefined) return;
    if (this.#pace.take()) this.flush();
    else
      this.#timer = this.#clock.after(this.#pace.waitMs(), () => {
        this.#timer = undefined;
        if (this.#due !== undefined) this.#becomesDue(this.#due);
      });
  }

  #forgetDue(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#due = undefined;
  }

  /** As the newest pop-up, of whose kind all of them are. */
  #summary({ icon, urgency, category, expireMs }: Popup): Popup {
    const lines = this.#newest.map(({ summary, body }) => shownLine(body ?? summary, 100));
    return {
      group: this.#name,
      name: "",
      summary: `${this.#name}: ${this.#gathered.toLocaleString("en")} new`,
      body: lines.join("\n"),
      ...(icon !== undefined && { icon }),
      ...(urgency !== undefined && { urgency }),
      ...(category !== undefined && { category }),
      ...(expireMs !== undefined && { expireMs }),
    };
  }
}

/** What a bubble is known by. */
function keyOf(group: string, name: string | undefined): string {
  return JSON.stringify([group, name ?? null]);
}

/** The group of what is known by this key. */
export function groupOf(key: string): string {
  return (JSON.parse(key) as [string])[0];
}

interface PaceOptions {
  /** So many at once, after a pause. */
  readonly atOnce: number;
  /** And then one in this time. */
  readonly everyMs: number;
}

/** How often something may be done. */
export class Pace {
  readonly #clock: Pick<Clock, "now">;
  readonly #options: PaceOptions;
  #left: number;
  #countedAt: number;

  constructor(clock: Pick<Clock, "now">, options: PaceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#left = options.atOnce;
    this.#countedAt = clock.now();
  }

  /** Whether it may be done now; if so, it counts as done. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#left -= 1;
    return true;
  }

  /** How long until it may be done. */
  waitMs(): number {
    const { atOnce, everyMs } = this.#options;
    const passed = Math.floor((this.#clock.now() - this.#countedAt) / everyMs);
    this.#countedAt += passed * everyMs;
    this.#left = Math.min(atOnce, this.#left + passed);
    return this.#left > 0 ? 0 : this.#countedAt + everyMs - this.#clock.now();
  }
}
