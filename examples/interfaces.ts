/** Prints the machine's interfaces as they change, until Ctrl-C. `node examples/dist/interfaces.js` */
import { Kernel } from "@doorbell-js/doorbell/kernel";
import { NetManager, serveNetManager, type WifiState } from "@doorbell-js/hub/net-manager";

/** What this program can be told. */
const Op = { Wifi: 0 } as const;

await using kernel = await Kernel.start();
await serveNetManager(kernel);
const netManager = await NetManager.connect(kernel);
const main = await kernel.createServer();
const wifi = await netManager.wifiStateSubscribe(main, Op.Wifi, { behind: "latest" });
print(wifi.state);
for await (const message of main) print(wifi.take(message)?.value);

function print(state?: WifiState): void {
  for (const { ifname, ssid, linkState, ipv4 } of state?.interfaces ?? [])
    console.log(ifname, linkState, ssid ?? "-", ipv4.join(" "));
}
