/** Server-sent events as bytes. What stands in them is JSON, in which no line ends: nothing that is said can end an event. */

/** How long a reader waits before it connects again. */
const RETRY_MS = 2_000;

/** What a stream begins with. */
export const opening: Buffer = Buffer.from(`retry: ${RETRY_MS}\n\n`);

/** A sign of life. */
export const heartbeat: Buffer = Buffer.from(": alive\n\n");

/** @param id what a reader that connects again says that it has; without it, that stays as it was */
export function eventText(event: string, data: string, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** Some events in a row, and which items they tell of. */
export interface Frame {
  /** The number before the first of them. */
  readonly after: number;
  /** The number of the last of them. */
  readonly last: number;
  readonly items: number;
  readonly bytes: Buffer;
}

/** A page of an inbox as a door gets it. */
export interface EventPage {
  readonly items: readonly { readonly sequence: number }[];
  readonly newest: number;
}

/**
 * A page as frames of at most `bytesMax`, or of one item. Items that should follow `after` and are gone are told as a gap,
 * as are all up to the newest if none is left.
 */
export function framesOf({ items, newest }: EventPage, after: number, bytesMax: number): readonly Frame[] {
  const frames: Frame[] = [];
  let text = "";
  let count = 0;
  let first = after;
  let last = after;
  const close = (): void => {
    if (last > first) frames.push({ after: first, last, items: count, bytes: Buffer.from(text) });
    [text, count, first] = ["", 0, last];
  };
  const add = (more: string, number: number, isItem: boolean): void => {
    if (text.length + more.length > bytesMax / 2 && Buffer.byteLength(text) + Buffer.byteLength(more) > bytesMax)
      close();
    text += more;
    count += isItem ? 1 : 0;
    last = number;
  };
  for (const item of items) {
    if (item.sequence > last + 1) add(gap(last + 1, item.sequence - 1), item.sequence - 1, false);
    add(eventText("item", JSON.stringify(item), item.sequence), item.sequence, true);
  }
  if (items.length === 0 && newest > after) add(gap(after + 1, newest), newest, false);
  close();
  return frames;
}

function gap(from: number, to: number): string {
  return eventText("gap", JSON.stringify({ from, to }), to);
}
