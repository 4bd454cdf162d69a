import type { Item, Page } from "./wire.ts";

/** Items that the hub let go of before they were seen. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What is shown of an inbox: the newest first, each once. */
export interface Feed {
  readonly items: readonly Item[];
  /** Newest first as well. */
  readonly gaps: readonly Gap[];
  /** Whether the hub has older ones. */
  readonly more: boolean;
  /** What the hub is asked to go on after. */
  readonly newest: number;
}

/** Of what arrives live so many are kept; those before them are fetched again when they are wanted. */
export const SHOWN_MAX: number = 500;

export const emptyFeed: Feed = { items: [], gaps: [], more: false, newest: 0 };

/** From the newest page on. */
export function feedOf(page: Page): Feed {
  return { items: page.items, gaps: [], more: page.more, newest: page.newest };
}

/** With an item that arrived. One that is there already changes nothing. */
export function arrived(feed: Feed, item: Item): Feed {
  if (item.sequence <= feed.newest) return feed;
  const items = [item, ...feed.items];
  const isFull = items.length > SHOWN_MAX;
  return {
    ...feed,
    items: isFull ? items.slice(0, SHOWN_MAX) : items,
    more: feed.more || isFull,
    newest: item.sequence,
  };
}

/** With a page of older items. */
export function older(feed: Feed, page: Page): Feed {
  const before = oldestOf(feed);
  return {
    ...feed,
    items: [...feed.items, ...page.items.filter(({ sequence }) => sequence < before)],
    more: page.more,
  };
}

/** The number of the oldest item that is shown. */
export function oldestOf({ items, newest }: Feed): number {
  return items.at(-1)?.sequence ?? newest + 1;
}

/** Without items that came and were gone before they could be read. */
export function missed(feed: Feed, gap: Gap): Feed {
  if (gap.to <= feed.newest || gap.to < gap.from) return feed;
  const from = Math.max(gap.from, feed.newest + 1);
  return { ...feed, gaps: [{ from, to: gap.to }, ...feed.gaps], newest: gap.to };
}

/** What is shown, in order: items, and where some are missing. */
export function rows({ items, gaps }: Feed): readonly (Item | Gap)[] {
  const last = items.at(-1)?.sequence ?? 0;
  const numberOf = (row: Item | Gap): number => ("to" in row ? row.to : row.sequence);
  const shown = gaps.filter(({ to }) => items.length === 0 || to > last);
  return [...items, ...shown].toSorted((a, b) => numberOf(b) - numberOf(a));
}
