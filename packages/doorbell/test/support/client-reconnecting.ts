/** A program that has nothing to do but read ads: `node client-reconnecting.js PORT`. It prints every one. */
import { connect } from "../../src/line/client/client.ts";

await using client = await connect({ port: Number(process.argv[2]), backoffMs: 200 });
for await (const ad of client.items("classified")) console.log(ad);
