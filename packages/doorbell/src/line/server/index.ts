/** The server: sessions over sources, without I/O, and the carriers that bring them bytes. */
export { type Clock, systemClock } from "./clock.ts";
export type { CloseReason, Counters } from "./counters.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export { MemorySource, type MemorySourceOptions } from "./memory-source.ts";
export {
  DEFAULT_PORT,
  LineServer,
  type LineServerOptions,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  type ServerStats,
  type TcpAddress,
  type TcpListenOptions,
  type UnixListenOptions,
} from "./server.ts";
export type { Fetched, Source, Subscription } from "./source.ts";
