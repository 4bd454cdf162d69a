/** After the Xous book's chapter "Forwarding Messages": a private server behind a public one, which is found by its name. `node examples/dist/network-main.js` */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { ConnectionManager, Network, NetworkFace } from "./network.ts";

await using kernel = await Kernel.start();

// The private server's id is told to its own thread, and is registered nowhere.
const sid = Sid.random();
await using _manager = await kernel.spawn(new URL("./network-manager.js", import.meta.url), { data: sid.words() });
using manager = await kernel.connect(sid, ConnectionManager);

// The public one has a name and no limit: anyone and everyone may connect.
using server = await kernel.names.register("network", Network);
void NetworkFace.serve(server, manager, { links: () => 2 });

await using client = await kernel.spawn(new URL("./network-client.js", import.meta.url));
await client.exited;
console.log("refused:", server.denied);
