import type { RefusalCode } from "../../../src/inbox/rules.ts";
import type { BellLimits, BellState } from "../../../src/inbox/types.ts";

/** Parts of a ring: a bell earns as many a millisecond as it may be rung a minute. */
const PARTS = 60_000;

/** A bell as it should be. */
export class BellModel {
  readonly label: string;
  limits: BellLimits;
  paused: boolean = false;
  revoked: boolean = false;
  rings: number = 0;
  refused: number = 0;
  /** The newest item of it. */
  last: number = 0;
  readonly keys: Map<string, string> = new Map();
  #parts: number | undefined;
  #at = 0;

  constructor(label: string, limits: BellLimits) {
    this.label = label;
    this.limits = limits;
  }

  state(now: number): BellState {
    const { expiresAt, ringsMax } = this.limits;
    if (this.revoked) return "revoked";
    if (expiresAt !== null && expiresAt <= now) return "expired";
    if (ringsMax !== null && this.rings >= ringsMax) return "usedUp";
    return this.paused ? "paused" : "active";
  }

  /** Whether its rate lets it ring. */
  take(now: number): boolean {
    const most = this.limits.perMinute * PARTS;
    const parts = Math.min(most, (this.#parts ?? most) + (now - this.#at) * this.limits.perMinute);
    const may = parts >= PARTS;
    this.#parts = may ? parts - PARTS : parts;
    this.#at = now;
    return may;
  }
}

/** One item as it should be. */
export interface ItemModel {
  readonly sequence: number;
  readonly bell: string;
  readonly text: string;
}

/** An inbox as it should be: a pure model, that is asked in turn with the real one. */
export class InboxModel {
  readonly bells: BellModel[] = [];
  items: ItemModel[] = [];
  newest: number = 0;
  itemsMax: number = 10_000;
  whenFull: "dropOldest" | "refuse" = "dropOldest";

  /** What a ring comes to: how it is stored, or why it is not. */
  ring(bell: BellModel, text: string, key: string | undefined, now: number): "stored" | "repeat" | RefusalCode {
    if (bell.revoked) return "UnknownBell";
    const outcome = this.#ring(bell, text, key, now);
    if (outcome !== "stored" && outcome !== "repeat") bell.refused += 1;
    return outcome;
  }

  #ring(bell: BellModel, text: string, key: string | undefined, now: number): "stored" | "repeat" | RefusalCode {
    const { expiresAt, ringsMax, bytesMax } = bell.limits;
    if (expiresAt !== null && expiresAt <= now) return "BellExpired";
    if (bell.paused) return "BellPaused";
    if (text.length > bytesMax) return "TooLarge";
    if (!bell.take(now)) return "RateLimited";
    const known = key === undefined ? undefined : bell.keys.get(key);
    if (known !== undefined) return known === text ? "repeat" : "KeyReused";
    if (ringsMax !== null && bell.rings >= ringsMax) return "BellUsedUp";
    if (this.whenFull === "refuse" && this.items.length + 1 > this.itemsMax) return "InboxFull";
    this.newest += 1;
    this.items.push({ sequence: this.newest, bell: bell.label, text });
    this.#trim();
    bell.rings += 1;
    bell.last = this.newest;
    if (key !== undefined) bell.keys.set(key, text);
    return "stored";
  }

  keep(itemsMax: number, whenFull: "dropOldest" | "refuse"): void {
    this.itemsMax = itemsMax;
    this.whenFull = whenFull;
    if (whenFull === "dropOldest") this.#trim();
  }

  get oldest(): number {
    return this.newest - this.items.length + 1;
  }

  /** Bells that are shown: of a revoked one only as long as an item of it is kept. */
  get shown(): readonly BellModel[] {
    return this.bells.filter(({ revoked, last }) => !revoked || (last > 0 && last >= this.oldest));
  }

  #trim(): void {
    if (this.items.length > this.itemsMax) this.items = this.items.slice(-this.itemsMax);
  }
}
