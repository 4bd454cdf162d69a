/** The server without its carriers: sessions over sources, without I/O. */
export { Admission, type Refusal } from "./admission.ts";
export type { Carrier } from "./carrier.ts";
export type { Compat } from "./commands.ts";
export type { CloseReason, Counters } from "./counters.ts";
export { completeLimits, defaultLimits, type Limits } from "./limits.ts";
export type { OpenedInbox, OpenInbox } from "./opened-inbox.ts";
export { refusal, ServerCore } from "./server-core.ts";
export type { Session } from "./session.ts";
export type { Fetched, Source, Subscription } from "./source.ts";
