/**
 * Prints what comes to an inbox, until Ctrl-C. Its key is in the environment, as a list of processes shows arguments:
 * `DOORBELL_KEY=$(npx doorbell inbox keys | awk '/^read/ {print $2}') node examples/dist/inbox.js [port]`
 */
import { connect } from "@doorbell-js/doorbell/line";

interface Item {
  readonly bell: { readonly label: string };
  readonly text: string;
}

const { DOORBELL_KEY: key = "" } = process.env;
const [port = "6789"] = process.argv.slice(2);
if (key === "") {
  console.error(
    "No key: `doorbell inbox keys` prints the one that reads the inbox. DOORBELL_KEY=KEY node examples/dist/inbox.js [port]",
  );
  process.exit(2);
}

await using client = await connect({ port: Number(port), key });
for await (const item of client.items("inbox")) {
  const { bell, text } = JSON.parse(item) as Item;
  console.log(`${bell.label}: ${text}`);
}
