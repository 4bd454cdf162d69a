/**
 * The newest random number pops up on the desktop, until Ctrl-C. `node examples/dist/08-desktop.js [host] [port]`
 *
 * Chapter 8 of the how-to, `desktop`: "Integration with the nice desktop notification system".
 */
import { connect } from "@doorbell-js/doorbell/line";
import { openDesktop } from "@doorbell-js/hub/desktop";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
const desktop = await openDesktop();
await connect({
  host,
  port: Number(port),
  received: { random: (value) => desktop.show({ group: "random", summary: "random", body: String(value) }) },
});
