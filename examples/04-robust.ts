/**
 * A server that talks out of turn, a client that does not wait. `node examples/dist/04-robust.js [host] [port]`
 *
 * Chapter 4 of the how-to, `robust`: "Robustness".
 */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await using client = await connect({ host, port: Number(port) });

// A burst: each waits for its turn. With `burst: "refuse"`, the second would fail with the code "Busy".
console.log(await Promise.all([client.random(), client.classified(), client.random()]));

// What the server refuses fails alone.
await client.command("frob").catch((error: Error) => console.log(error.message));

// A notification that crosses `stop_notif` is delivered, and the OK behind it finds its command.
await client.notify();
await client.stopNotify();
const { notifications, ignored } = client.stats();
for (let n = 0; n < notifications; n++) console.log("a notif that crossed:", (await client.waitNotif()).source);

// What nobody asked for is ignored, and counted.
console.log("lines ignored:", ignored);
