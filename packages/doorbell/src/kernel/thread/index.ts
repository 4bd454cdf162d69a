export { askForServer, connected, connectedSync, type Connecting, connectTo, connectToSync } from "./connecting.ts";
export { ConnectionHandle } from "./connection.ts";
export { madeServer, madeServerSync, makeServer, type ServerOptions, serverOptions } from "./making.ts";
export { type NarrowOptions, NarrowedSid, ServerHandle } from "./server.ts";
export type { ThreadPowers } from "./powers.ts";
export { syncTimeoutMs } from "./sending.ts";
export { Station } from "./station.ts";
export { checkTimeout, checkWait, waitFor } from "./waiting.ts";
export type { Outgoing } from "./outgoing.ts";
export type {
  BlockingScalarMessage,
  Connection,
  Failure,
  LendMessage,
  Message,
  MoveMessage,
  ScalarMessage,
  Server,
} from "./types.ts";
