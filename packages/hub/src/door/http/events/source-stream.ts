import type { Source } from "@doorbell-js/doorbell/line";

import type { EventStream } from "./event-stream.ts";
import { eventText } from "./format.ts";

/**
 * Tells a reader the lines of a source, those that are new to who comes first, until the stream is over. One that is too slow
 * is told what there is when it has read. Rejects when the source cannot be had.
 *
 * @param after the number of the line that it has; nothing, or one that the source is not at yet: it has none
 */
export async function streamSource(source: Source, stream: EventStream, after: number | undefined): Promise<void> {
  let wake = (): void => {};
  let newest = 0;
  using subscription = source.subscribe((number) => {
    newest = number;
    wake();
  });
  newest = subscription.newest;
  stream.whenOver(() => wake());
  let cursor = after !== undefined && after <= newest ? after : Math.max(0, newest - (source.unread ?? 1));
  while (!stream.isOver) {
    if (newest <= cursor) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    const { text, sequence } = await source.fetch(cursor);
    // What rang may be gone by now.
    cursor = text === "" ? newest : Math.max(cursor + 1, sequence);
    if (text !== "") stream.write(eventText("line", JSON.stringify({ sequence, text }), sequence));
    await stream.drained();
  }
}
