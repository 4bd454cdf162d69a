/**
 * The line protocol: be told of events over TCP, TLS or a Unix socket, one line at a time, with nothing to install.
 *
 * Three parts. The **codec** turns bytes into lines, commands and replies, and back, without I/O: `LineSplitter`,
 * `parseCommand`, `parseReply` and their inverses. The **server**, `LineServer`, serves any number of `Source`s to
 * any number of clients; `MemorySource` is one to begin with. The **client**, `connect`, gives answers as promises,
 * notifications and items as async iterables, and is back by itself when its connection was lost.
 *
 * @packageDocumentation
 */
export * from "./client/index.ts";
export type { Clock } from "./clock.ts";
export * from "./codec/index.ts";
export { LineError, type LineErrorCode } from "./errors.ts";
export { DEFAULT_PORT } from "./port.ts";
export * from "./server/index.ts";
export { systemClock } from "./system-clock.ts";
