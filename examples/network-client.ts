/** After the Xous book's chapter "Forwarding Messages": a thread that knows the public server's name, and nothing else. */
import { Kernel, type KernelError } from "@doorbell-js/doorbell/kernel";

import { ConnectionManager, Network, WifiListener } from "./network.ts";

const kernel = await Kernel.join();
const network = await kernel.names.connect("network", Network);
console.log("links:", await network.links());

// The figures come to a server of its own; whoever has the id that it gives away can tell it figures, and do nothing else.
const listener = await kernel.createServer(WifiListener);
const { sid } = await listener.narrow({ opcodes: ["stats"] });
await network.subscribeWifiStats(sid.words());
const message = await listener.receive();
if (message.is("stats")) console.log("signal:", message.words[0]);
console.log("unsubscribed:", await network.unsubWifiStats(...sid.words()));

// To know the private api is not to have it.
const manager = await kernel.names.connect("network", ConnectionManager);
await manager.powerOff(); // dropped: nobody waits for it
await manager.forgetAll().catch((error: KernelError) => console.log("forgetAll:", error.code));

await kernel.leave();
