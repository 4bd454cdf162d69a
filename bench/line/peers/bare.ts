import { compiled } from "../run/places.ts";
import { lineProtocol, type Peer } from "./peer.ts";

/** `node:net` and nothing else. With several items due it writes them as one buffer: "joined". */
export const bare: Peer = {
  ...lineProtocol,
  name: "node:net",
  program: process.execPath,
  command: (port, items) => [process.execPath, compiled("servers/bare.js"), String(port), String(items)],
};
