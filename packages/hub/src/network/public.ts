/**
 * The network manager: tells whoever subscribes of the machine's network, whenever that changes. `serveNetManager` serves
 * it on a thread, `NetManager.connect` finds it from any other.
 */

export {
  fromIpc,
  type NetEntries,
  type NetManagerEntries,
  type NetManagerOptions,
  NetManagerService,
  netName,
  PublicNet,
  serveNetManager,
  toIpc,
  wifi,
  WifiState,
  type WlanStatusIpc,
} from "./serve.ts";
export { NetManager } from "./net-manager.ts";
