import { source } from "../run/places.ts";
import { lineProtocol, type Peer } from "./peer.ts";

/** Debian's python3-twisted belongs to Debian's own Python, whatever else is first in the path. */
const python = "/usr/bin/python3";

export const twisted: Peer = {
  ...lineProtocol,
  name: "Twisted",
  program: python,
  command: (port, items) => [python, source("servers/notification_server.py"), String(port), String(items)],
};
