/**
 * Told of each number, and fetches it, until Ctrl-C. `node examples/dist/03-loop.js [host] [port]`
 *
 * Chapter 3 of the how-to, `loop`: "The client loops and ends the notification mode to get the available new item".
 *
 * It is also the loop that the how-to's author wished for, and could not write: `for notif in conn.notifs('random'): with
 * conn.pause_notifs(): print (yield random())`.
 */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await using client = await connect({ host, port: Number(port) });

for await (const notification of client.notifications("random")) {
  await using paused = await client.pauseNotifications();
  console.log(notification.source, await client.random());
}
