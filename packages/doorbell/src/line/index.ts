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

export type {
  Added,
  ClientOptions,
  ClientPowers,
  ConnectOptions,
  NotifyOptions,
  Received,
  ServerAddress,
} from "./client/connect.ts";
export { Client, type ClientStats, connect, HigherLevelClient, type Item } from "./client/client.ts";
export type { CallOptions, Dial, Wire, WireEvents } from "./client/link.ts";
export type { Notification } from "./client/streams.ts";
export { type Clock, systemClock } from "./time.ts";
export {
  AD_BYTES_MAX,
  checkAd,
  type Command,
  DEFAULT_PORT,
  flawOfAd,
  formatCommand,
  formatReply,
  isPlain,
  isProtocolLine,
  isSourceName,
  parseCommand,
  parseReply,
  type Reply,
} from "./codec.ts";
export { LINE_BYTES_MAX, LineSplitter } from "./splitter.ts";
export { LineError, type LineErrorCode } from "./errors.ts";
export {
  type CloseReason,
  type Counters,
  defaultLimits,
  type Fetched,
  type Limits,
  type KeyEnd,
  type OpenedInbox,
  type OpenInbox,
  type Source,
  type Subscription,
} from "./server/types.ts";
export type { Compat } from "./server/commands.ts";
export { MemorySource, type MemorySourceOptions } from "./server/memory-source.ts";
export {
  LineServer,
  type LineServerOptions,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  type ServerStats,
  type TcpAddress,
  type TcpListenOptions,
  type UnixListenOptions,
} from "./server/server.ts";
