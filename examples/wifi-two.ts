/** Two subscribers with opcode tables of their own, and one notifier that knows neither. `node examples/dist/wifi-two.js` */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { NetManagerService } from "./wifi-api.ts";
import { NetManager } from "./wifi-client.ts";

await using kernel = await Kernel.start();
const sid = Sid.random();
await using _thread = await kernel.spawn(new URL("./wifi-notifier.js", import.meta.url), { data: sid.words() });
using net = await kernel.connect(sid, NetManagerService);

const screen = await kernel.createServer();
const log = await kernel.createServer();
await using onScreen = await new NetManager(kernel, net.connection).wifiStateSubscribe(screen, 7);
await using inLog = await new NetManager(kernel, net.connection).wifiStateSubscribe(log, 40, { thread: "direct" });

await net.StateChangeEvent({ ssid: "attic", linkState: 2, ipv4: [192, 0, 2, 10] });
for (const [name, server, subscription] of [
  ["screen", screen, onScreen],
  ["log", log, inLog],
] as const) {
  using message = await server.receive();
  console.log(name, message.id, subscription.take(message)?.value.ssid);
}
