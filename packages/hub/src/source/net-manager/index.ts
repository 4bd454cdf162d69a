/**
 * The network manager: tells whoever subscribes of the machine's network, whenever that changes. `serveNetManager` serves
 * it on a thread, `NetManager.connect` finds it from any other.
 */
export { type NetEntries, netName, NetManagerService, type NetManagerEntries, PublicNet, wifi } from "./api.ts";
export { NetManager } from "./net-manager.ts";
export { type NetManagerOptions, serveNetManager } from "./serve-net-manager.ts";
export { fromIpc, toIpc, WifiState, type WlanStatusIpc } from "./status.ts";
