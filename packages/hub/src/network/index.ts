/** The machine's network, as state that can be watched. */
export {
  type Backend,
  type BackendHost,
  type BackendName,
  networkManager,
  type OpenBackend,
  poll,
  rtnetlink,
} from "./backend/index.ts";
export { networkLine } from "./line.ts";
export type { NetworkState, WlanStatus } from "./state.ts";
export { type NetworkEvent, type NetworkWatcher, watchNetwork } from "./watcher.ts";
