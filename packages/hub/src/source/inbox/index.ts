/** Inboxes behind servers of the kernel, and how a door reaches them. */
export { InboxService } from "./api.ts";
export { type ConnectedInboxes, connectInboxes, type ConnectOptions } from "./connect-inboxes.ts";
export { firstInbox, keysOf, newKeys, settleKeys } from "./first-start.ts";
export type { InboxPowers } from "./powers.ts";
export { type ServedInboxes, serveInboxes } from "./serve-inboxes.ts";
