/**
 * Notification mode, and two notifications. `node examples/dist/02-notifs.js [host] [port]`
 *
 * Chapter 2 of the how-to, `notifs`: "Notification mode and reception of two notifications".
 */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await using client = await connect({ host, port: Number(port) });

console.log(await client.random());
console.log(await client.random());

console.log(await client.notify());
console.log("a notif:", (await client.waitNotif()).source);
console.log("a second notif:", (await client.waitNotif()).source);

console.log(await client.stopNotify());
