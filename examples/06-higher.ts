/**
 * Numbers and ads simply arrive, until Ctrl-C. `node examples/dist/06-higher.js [host] [port]`
 *
 * Chapter 6 of the how-to, `higher`: "Higher level API".
 */
import { HigherLevelClient } from "@doorbell-js/doorbell/line";

class Reader extends HigherLevelClient {
  override randomReceived(value: number): void {
    console.log("random", value);
  }

  override classifiedReceived(ad: string): void {
    console.log("classified", ad);
  }
}

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await Reader.connect({ host, port: Number(port) });
