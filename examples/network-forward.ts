/**
 * After the Xous book's chapter "Forwarding Messages": the same as `network-main`, by hand, message by message. A face does that by a table.
 * `node examples/dist/network-forward.js`
 */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { ConnectionManager, Network } from "./network.ts";

const Op = Network.entries;
const ConnectionManagerOp = ConnectionManager.entries;

await using kernel = await Kernel.start();
const sid = Sid.random();
await using _manager = await kernel.spawn(new URL("./network-manager.js", import.meta.url), { data: sid.words() });
using manager = await kernel.connect(sid);

using server = await kernel.names.register("network");
await using client = await kernel.spawn(new URL("./network-client.js", import.meta.url));
void client.exited.then(() => server.destroy({ force: true }));

for await (const message of server) {
  if (message.id === Op.subscribeWifiStats.opcode && message.kind === "lend") {
    {
      using view = message.view(); // closed before the message is passed on: until then it stays here
      console.log("to be passed on:", view.bytes.length, "bytes");
    }
    await message.forward(manager, ConnectionManagerOp.subscribeWifiStats.opcode);
  } else if (message.id === Op.unsubWifiStats.opcode && message.kind === "blockingScalar")
    await message.forward(manager, ConnectionManagerOp.unsubWifiStats.opcode);
  else if (message.id === Op.links.opcode && message.kind === "blockingScalar") message.answer(2);
  else server.refuse(message);
}
console.log("refused:", server.denied);
