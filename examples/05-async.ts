/**
 * Called when there is something, until Ctrl-C. `node examples/dist/05-async.js [host] [port]`
 *
 * Chapter 5 of the how-to, `async`: "The advantages of using asynchronous APIs".
 */
import { Client } from "@doorbell-js/doorbell/line";

class RandomClient extends Client {
  override async randomAvailable(): Promise<void> {
    await using paused = await this.pauseNotifications();
    console.log("random", await this.random());
  }
}

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
const client = await RandomClient.connect({ host, port: Number(port) });
await client.notify();
