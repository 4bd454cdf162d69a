import { compiled } from "../run/places.ts";
import { lineProtocol, type Peer } from "./peer.ts";

export const doorbell: Peer = {
  ...lineProtocol,
  name: "doorbell",
  program: process.execPath,
  command: (port, items) => [process.execPath, compiled("servers/doorbell.js"), String(port), String(items)],
};
