/** What must survive. */
export { StoreError, type StoreErrorCode } from "./errors.ts";
export { openStore, type StorePlace } from "./open-store.ts";
export type { StorePowers } from "./sql-store.ts";
export type { Appended, InboxStore, Log, NewItem, SessionStore, Store, StoredBell, StoredItem } from "./store.ts";
