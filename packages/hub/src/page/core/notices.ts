import { shownLine, shownText } from "./shown.ts";
import type { Item } from "./wire.ts";

/** So many at once are shown one by one; more as one that says how many. */
export const NOTICES_MAX: number = 3;

/** What a browser's notification says. One with the tag of another takes its place. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** What to say of items that arrived together, the oldest first. */
export function noticesOf(items: readonly Item[], inbox: string): readonly Notice[] {
  if (items.length <= NOTICES_MAX) return items.map((item) => noticeOf(item, inbox));
  const labels = [...new Set(items.map(({ bell }) => shownLine(bell.label)))];
  const from = labels.length <= NOTICES_MAX ? labels.join(", ") : `${labels.length} bells`;
  return [{ title: `${items.length} new items in ${inbox}`, body: `From ${from}`, tag: `doorbell ${inbox}` }];
}

function noticeOf({ sequence, bell, title, text }: Item, inbox: string): Notice {
  const label = shownLine(bell.label);
  const tag = `doorbell ${inbox} ${sequence}`;
  if (title === undefined) return { title: label, body: shownText(text), tag };
  return { title: shownLine(title), body: `${label}\n${shownText(text)}`.trim(), tag };
}

/** The same for a screen reader that should not be interrupted by each. */
export function spoken(items: readonly Item[]): string {
  if (items.length !== 1) return `${items.length} new items`;
  const [{ bell, title, text }] = items as readonly [Item];
  const line = title ?? text.split("\n", 1)[0] ?? "";
  return `New from ${shownLine(bell.label)}: ${shownLine(line)}`.replace(/: $/, "");
}
