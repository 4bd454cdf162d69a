/** What inboxes, their bells and their items are. */
export type { Bell, BellLimits, BellState } from "./bell.ts";
export type { Inbox, Page, PageQuery, Retention } from "./inbox.ts";
export type { Access, Inboxes, InboxReader, NewBell, NewInbox, Rung } from "./inboxes.ts";
export type { Item, Priority, Publication } from "./item.ts";
export { type Refusal, type RefusalCode, RefusedError } from "./refusal.ts";
