/** After the Xous book's chapter "Forwarding Messages": the thread of the connection manager, which is private. */
import { type Client, Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import { ConnectionManager, WifiListener } from "./network.ts";

const kernel = await Kernel.join();
const server = await kernel.createServer(ConnectionManager, { sid: Sid.from(kernel.data as SidWords) });
const subscribers = new Map<string, Client<typeof WifiListener>>();

await server.serve({
  subscribeWifiStats: async ({ value }) => {
    const subscriber = await kernel.connect(Sid.from(value), WifiListener);
    subscribers.set(value.join(), subscriber);
    await subscriber.stats(-60);
  },
  unsubWifiStats: ({ words }) => {
    const subscriber = subscribers.get(words.join());
    subscriber?.[Symbol.dispose]();
    return subscribers.delete(words.join()) ? 1 : 0;
  },
  join: ({ value }) => console.log("joins", value.ssid),
  forgetAll: () => 3,
  powerOff: () => console.log("is off"),
});
