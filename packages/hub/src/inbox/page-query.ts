import type { PageQuery } from "./inbox.ts";
import { RefusedError } from "./refusal.ts";
import { checkText, checkWhole } from "./text.ts";

const PAGE_ITEMS_MAX = 100;
export const SEARCH_BYTES_MAX = 256;
const PAGE_ITEMS = 50;

/**
 * A query that can be put to a store.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function checkPageQuery({ after, before, limit = PAGE_ITEMS, search = "" }: PageQuery): PageQuery {
  if (after !== undefined && before !== undefined)
    throw new RefusedError({ code: "InvalidArgument", message: "give after or before, not both" });
  const number = [0, Number.MAX_SAFE_INTEGER] as const;
  if (after !== undefined) checkWhole(after, "after", number);
  if (before !== undefined) checkWhole(before, "before", number);
  checkWhole(limit, "limit", [1, PAGE_ITEMS_MAX]);
  checkText(search, { what: "search", bytesMax: SEARCH_BYTES_MAX, code: "InvalidArgument" });
  return {
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    limit,
    ...(search !== "" && { search }),
  };
}
