/**
 * After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": two subscribers with opcode tables of their own, and one
 * notifier that knows neither. `node examples/dist/wifi-two.js`
 */
import { Kernel } from "@doorbell-js/doorbell/kernel";
import { publish, readRing } from "@doorbell-js/doorbell/push";

import { noWifi, wifi } from "./wifi-api.ts";
import { NetManager } from "./wifi-client.ts";

await using kernel = await Kernel.start();
using net = await publish(kernel, wifi, noWifi); // who is given its id can subscribe
using connection = await kernel.connect(net.sid);

const screen = await kernel.createServer();
await using onScreen = await new NetManager(kernel, connection).wifiStateSubscribe(screen, 7);

// This one is reached by a connection, and could be any thread's: nobody here needs its id for that.
const log = await kernel.createServer();
using toLog = await kernel.connect(log.sid);
await using _inLog = await new NetManager(kernel, connection).wifiStateSubscribe(toLog, 40);

await net.notify({ ssid: "attic", linkState: 2, ipv4: [192, 0, 2, 10] });
using shown = await screen.receive();
console.log("screen", shown.id, onScreen.take(shown)?.value.ssid);
using logged = await log.receive();
console.log("log", logged.id, readRing(wifi, logged)?.value.ssid);
