/** The client without its carriers: commands, notification mode, items. No I/O. */
export { Backoff } from "./backoff.ts";
export { Fetching } from "./fetching.ts";
export { Link } from "./link.ts";
export { isLoss } from "./loss.ts";
export { Mode } from "./mode.ts";
export type { Notification } from "./notification-inbox.ts";
export type { CallOptions } from "./pending.ts";
export { Streams } from "./streams.ts";
export type { Dial, Wire, WireEvents } from "./wire.ts";
