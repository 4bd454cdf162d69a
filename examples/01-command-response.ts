/**
 * A command, and its answer. `node examples/dist/01-command-response.js [host] [port]`
 *
 * Chapter 1 of the how-to, `command_response`: "The client can send a command and get a response".
 */
import { connect } from "@doorbell-js/doorbell/line";

const [host = "127.0.0.1", port = "6789"] = process.argv.slice(2);
await using client = await connect({ host, port: Number(port) });

console.log(await client.random());
console.log(await client.classified());
