/** The client: commands, notifications and items, over one connection after another. */
export type { ServerAddress } from "./carrier/index.ts";
export { Client, connect } from "./client.ts";
export type { ClientStats } from "./client-stats.ts";
export type { CallOptions, Dial, Notification, Wire, WireEvents } from "./core/index.ts";
export { HigherLevelClient } from "./higher-level-client.ts";
export type { Item } from "./item.ts";
export type { Added, ClientOptions, ClientPowers, ConnectOptions, NotifyOptions, Received } from "./options.ts";
