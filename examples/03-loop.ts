/** Told of each number, and fetches it, until Ctrl-C. `node examples/dist/03-loop.js [host] [port]` */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await using client = await connect({ host, port: Number(port) });

for await (const notification of client.notifications("random")) {
  await using paused = await client.pauseNotifications();
  console.log(notification.source, await client.random());
}
