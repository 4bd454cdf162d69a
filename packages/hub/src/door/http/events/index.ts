/** Server-sent events. */
export { cursorOf, numberOf } from "./cursor.ts";
export type { StreamEnd } from "./event-stream.ts";
export { Feeds } from "./feeds.ts";
export { streamSource } from "./source-stream.ts";
export { EventStreams } from "./streams.ts";
