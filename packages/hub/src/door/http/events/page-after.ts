import type { InboxReader } from "../../../inbox/index.ts";
import type { EventPage } from "./format.ts";

/** As many items as are fetched at once. */
const ITEMS_MAX = 100;

/**
 * What follows a number, and how far the inbox is; after nothing, how far it is alone. Where no more than one item is due it is
 * fetched by itself: a page takes room for many.
 */
export async function pageAfter(
  reader: InboxReader,
  after: number | undefined,
  due: number = ITEMS_MAX,
): Promise<EventPage> {
  if (after !== undefined && due === 1) {
    const { text, sequence } = await reader.fetch(after);
    if (text !== "") return { items: [JSON.parse(text) as EventPage["items"][number]], newest: sequence };
  }
  const query = after === undefined ? { limit: 1 } : { after, limit: ITEMS_MAX };
  return JSON.parse(await reader.page(query)) as EventPage;
}
