import type { InboxReader } from "../../../inbox/index.ts";
import type { EventPage } from "./format.ts";

/** As many items as are fetched at once. */
const ITEMS_MAX = 100;

/** What follows a number, and how far the inbox is; after nothing, how far it is alone. */
export async function pageAfter(reader: InboxReader, after: number | undefined): Promise<EventPage> {
  const query = after === undefined ? { limit: 1 } : { after, limit: ITEMS_MAX };
  return JSON.parse(await reader.page(query)) as EventPage;
}
