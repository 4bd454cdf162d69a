/** Prints the machine's interfaces as they change, until Ctrl-C. `node examples/dist/interfaces.js` */
import { Kernel } from "@doorbell-js/doorbell/kernel";
import { NetManager, serveNetManager, type WifiState } from "@doorbell-js/hub/net-manager";

/** The opcodes of this program's main server. */
const Op = { Wifi: 0 } as const;

await using kernel = await Kernel.start();
await serveNetManager(kernel);
const netManager = await NetManager.connect(kernel);
const main = await kernel.createServer();
const wifi = await netManager.wifiStateSubscribe(main, Op.Wifi, { behind: "latest" });
if (wifi.sequence > 0) print(wifi.state); // else it is not known yet, and comes as the first ring
for await (const message of main) {
  const ring = wifi.take(message);
  if (ring !== undefined) print(ring.value);
}

function print({ interfaces }: WifiState): void {
  if (interfaces.length === 0) console.log("This machine has no interface but loopback; one that comes is shown.");
  for (const { ifname, ssid, linkState, ipv4 } of interfaces)
    console.log(ifname, linkState, ssid ?? "-", ipv4.join(" "));
}
