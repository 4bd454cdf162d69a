/** The server: sessions over sources, without I/O, and the carriers that bring them bytes. */
export {
  type CloseReason,
  type Compat,
  type Counters,
  defaultLimits,
  type Fetched,
  type Limits,
  type OpenedInbox,
  type OpenInbox,
  type Source,
  type Subscription,
} from "./core/index.ts";
export { MemorySource, type MemorySourceOptions } from "./memory-source.ts";
export {
  LineServer,
  type ListenAddress,
  type ListenOptions,
  type ServerStats,
  type TcpAddress,
  type TcpListenOptions,
  type UnixListenOptions,
} from "./server.ts";
export type { LineServerOptions, ServerEvent } from "./server-options.ts";
