/** The client: commands, notifications and items, over one connection after another. */
export type { ServerAddress } from "./carrier/index.ts";
export { Client, type ClientStats, connect, type Item } from "./client.ts";
export type { CallOptions, Dial, Notification, Wire, WireEvents } from "./core/index.ts";
export { HigherLevelClient } from "./higher-level-client.ts";
export type { ClientOptions, ClientPowers, ConnectOptions, Received } from "./options.ts";
