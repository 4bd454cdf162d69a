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
export { ADDRESSES_MAX, networkLine } from "./line.ts";
export type { LinkState, NetworkState, WlanStatus } from "./state.ts";
export { type NetworkEvent, type NetworkWatcher, watchNetwork } from "./watcher.ts";
