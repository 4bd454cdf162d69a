/** After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": is told of the Wi-Fi's state, in the loop of its own server. `node examples/dist/wifi-main.js` */
import { Kernel, type KernelError, Sid } from "@doorbell-js/doorbell/kernel";

import { NetManagerService } from "./wifi-api.ts";
import { NetManager } from "./wifi-client.ts";

/** The opcodes of this program's main server; the numbers are its own. */
const Op = { Quit: 0, Wifi: 7 } as const;

await using kernel = await Kernel.start();
const sid = Sid.random();
await using _thread = await kernel.spawn(new URL("./wifi-notifier.js", import.meta.url), { data: sid.words() });
using net = await kernel.connect(sid, NetManagerService);
const netManager = new NetManager(kernel, net.connection);

const main = await kernel.createServer();
await netManager.wifiStateUnsubscribe(); // without a subscription it does nothing
await using wifi = await netManager.wifiStateSubscribe(main, Op.Wifi, { behind: "latest" }); // reveals a bell, never main
console.log(wifi.state.ssid ?? "no Wi-Fi");
await netManager.wifiStateSubscribe(main, Op.Wifi).catch(({ code }: KernelError) => console.log("once more:", code));

await net.StateChangeEvent({ ssid: "attic", linkState: 2, ipv4: [192, 0, 2, 10] });
for await (const message of main) {
  using _ = message;
  if (message.id === Op.Quit) break;
  const ring = wifi.take(message);
  console.log(ring?.value.ssid, ring?.value.ipv4.join("."));
  await netManager.wifiStateUnsubscribe();
  // Of this one no ring comes: it is the state that the next subscription begins with.
  await net.StateChangeEvent({ ssid: "cellar", linkState: 2, ipv4: [192, 0, 2, 11] });
  console.log("meanwhile:", (await netManager.wifiStateSubscribe(main, Op.Wifi)).state.ssid);
  using self = await kernel.connect(main.sid);
  await self.scalar(Op.Quit);
}
await net.Quit();
