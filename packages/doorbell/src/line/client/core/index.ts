/** The client without its carriers: commands, notification mode, items. No I/O. */
export { Backoff } from "./backoff.ts";
export { Directory } from "./directory.ts";
export { Fetching } from "./fetching.ts";
export { Link } from "./link.ts";
export { Mode } from "./mode.ts";
export { Numbered } from "./numbered.ts";
export type { Notification } from "./notification-queue.ts";
export type { CallOptions } from "./pending.ts";
export { Streams } from "./streams.ts";
export { Unlocking } from "./unlocking.ts";
export type { Dial, Wire, WireEvents } from "./wire.ts";
