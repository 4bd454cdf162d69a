/** The network manager's own thread. */
import { type Infer, Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";
import { Subscribers } from "@doorbell-js/doorbell/push";

import { NetManagerService, wifi, type WlanStatus } from "./wifi-api.ts";

const kernel = await Kernel.join();
const net = await kernel.createServer(NetManagerService, { sid: Sid.from(kernel.data as SidWords) });
const subscribers = new Subscribers(kernel, wifi);
let status: Infer<typeof WlanStatus> = { ssid: undefined, linkState: 0, ipv4: [0, 0, 0, 0] };

await net.serve({
  SubscribeWifiStats: async (message) => await subscribers.add(message, status),
  UnsubWifiStats: (message) => subscribers.remove(message),
  StateChangeEvent: async (message) => await subscribers.notify((status = message.value)),
  Quit: () => net.destroy({ force: true }),
});
await kernel.leave();
