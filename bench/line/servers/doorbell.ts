/**
 * Our server as it is measured: `node doorbell.js PORT ITEMS`. Each `post` makes ITEMS items available in one turn.
 * Limits are lifted where a default would be what is measured.
 */
import { LineServer, MemorySource } from "@doorbell-js/doorbell/line";

import { number } from "./answer.ts";

const [port, items] = process.argv.slice(2).map(Number) as [number, number];
const random = new MemorySource({ keep: 1, repeat: true });
random.push(number);
const server = new LineServer({
  sources: { random },
  post: () => {
    for (let item = 0; item < items; item += 1) random.push(number);
  },
  limits: { connectionsPerAddressMax: Infinity, commandsPerSecondMax: Infinity },
});
await server.listen({ port });
