/** What inboxes, their bells and their items are. */
export type { Bell, BellLimits, BellState } from "./bell.ts";
export { checkBellLimits, defaultBellLimits } from "./bell-limits.ts";
export type { Inbox, Page, PageQuery, Retention } from "./inbox.ts";
export type { Access, Inboxes, InboxReader, Rung } from "./inboxes.ts";
export type { Item, Priority, Publication } from "./item.ts";
export { itemLine, PAGE_BYTES_MAX, pageJson } from "./item-json.ts";
export { Key, type KeyKind } from "./key.ts";
export {
  checkInboxName,
  checkLabel,
  FIRST_INBOX,
  hashOfIdempotencyKey,
  IDEMPOTENCY_KEY_MAX,
  INBOX_NAME_MAX,
  LABEL_BYTES_MAX,
} from "./names.ts";
export { checkPageQuery, SEARCH_BYTES_MAX } from "./page-query.ts";
export {
  checkPublication,
  CLICK_BYTES_MAX,
  hashOfPublication,
  TAG_BYTES_MAX,
  TAGS_MAX,
  TEXT_BYTES_MAX,
  TITLE_BYTES_MAX,
} from "./publication.ts";
export { Rates } from "./rates.ts";
export { type RefusalCode, refusalCodes, RefusedError } from "./refusal.ts";
export { checkRetention, defaultRetention } from "./retention.ts";
