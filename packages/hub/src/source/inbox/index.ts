/** Inboxes behind servers of the kernel, and how a door reaches them. */
export { InboxService } from "./api.ts";
export { type ConnectedInboxes, connectInboxes } from "./connect-inboxes.ts";
export { ReadingService } from "./reading-api.ts";
export { keysOf, newKeys, settleKeys } from "./first-start.ts";
export type { InboxPowers } from "./powers.ts";
export { serveInboxes } from "./serve-inboxes.ts";
