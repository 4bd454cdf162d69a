import type { Item } from "./item.ts";

/** What an inbox keeps; the oldest items are let go of first. */
export interface Retention {
  /** @default 10000 */
  readonly itemsMax: number;
  /** Milliseconds; null is for ever. @default 30 days */
  readonly ageMaxMs: number | null;
  /** Bytes of titles, texts, tags and clicks. @default 64 MiB */
  readonly bytesMax: number;
  /** What a ring does that would pass `itemsMax` or `bytesMax`: push the oldest out, or be refused. @default "dropOldest" */
  readonly whenFull: "dropOldest" | "refuse";
}

/** An inbox as its owner sees it. */
export interface Inbox {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
  readonly retention: Retention;
  /** The number of its newest item; 0 when there never was one. */
  readonly newest: number;
  /** The number of the oldest item that is still there; newest + 1 when there is none. */
  readonly oldest: number;
  readonly bytes: number;
  /** Bells that are not revoked. */
  readonly bells: number;
}

/** Which items of an inbox are wanted. */
export interface PageQuery {
  /** Those after this number, the oldest first. */
  readonly after?: number;
  /** Those before this number, the newest first. With neither, the newest of all, the newest first. */
  readonly before?: number;
  /** 1 to 100. @default 50 */
  readonly limit?: number;
  /** Only those that have this in title, text, tags or the bell's label; case does not count. */
  readonly search?: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** Whether there are further ones in that direction. */
  readonly more: boolean;
  readonly newest: number;
  readonly oldest: number;
}
