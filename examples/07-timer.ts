/**
 * Stays in notification mode where the server ends it after 30 seconds. `node examples/dist/07-timer.js [host] [port] [ms]`
 *
 * Chapter 7 of the how-to, `timer`: "Defeating the auto stop-notify server timer".
 */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789", rearmMs = 29_000] = process.argv.slice(2);
await connect({
  host,
  port: Number(port),
  // By default 29 minutes, for servers that allow 30.
  rearmMs: Number(rearmMs),
  received: { random: (value) => console.log(value) },
});
