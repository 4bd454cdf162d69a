import type { Item } from "./wire.ts";

/** Whether an item has a text, as the hub sees it: in title, text, tags or the bell's label, in either case. */
export function matches({ title = "", text, tags = [], bell }: Item, search: string): boolean {
  const wanted = search.toLowerCase();
  return [title, text, bell.label, ...tags].some((part) => part.toLowerCase().includes(wanted));
}
