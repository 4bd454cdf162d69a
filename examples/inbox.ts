/** Prints what comes to an inbox, until Ctrl-C. `node examples/dist/inbox.js KEY [port]`: `doorbell inbox keys` prints the key. */
import { connect } from "@doorbell-js/doorbell/line";

interface Item {
  readonly bell: { readonly label: string };
  readonly text: string;
}

const [key, port = "6789"] = process.argv.slice(2);
if (key === undefined || key === "") {
  console.error(
    "No key: `doorbell inbox keys` prints the one that reads the inbox. node examples/dist/inbox.js KEY [port]",
  );
  process.exit(2);
}

await using client = await connect({ port: Number(port), key });
for await (const item of client.items("inbox")) {
  const { bell, text } = JSON.parse(item) as Item;
  console.log(`${bell.label}: ${text}`);
}
