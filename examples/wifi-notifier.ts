/** After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": the network manager's own thread, and all of it by hand. */
import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";
import { Subscribers } from "@doorbell-js/doorbell/push";

import { NetManagerService, noWifi, wifi } from "./wifi-api.ts";

const kernel = await Kernel.join();
const net = await kernel.createServer(NetManagerService, { sid: Sid.from(kernel.data as SidWords) });
const subscribers = new Subscribers(kernel, wifi);
let status = noWifi;

await net.serve({
  SubscribeWifiStats: async (message) => await subscribers.add(message, status),
  UnsubWifiStats: (message) => subscribers.remove(message),
  StateChangeEvent: async (message) => await subscribers.notify((status = message.value)),
  Quit: () => net.destroy({ force: true }),
});
await kernel.leave();
