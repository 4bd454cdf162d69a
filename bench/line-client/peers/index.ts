import { spawnSync } from "node:child_process";

import { root } from "../../line/run/places.ts";
import type { Job } from "../clients/job.ts";
import { compiled, source } from "../places.ts";

/** A client to be measured: a program that does jobs, and those that it can do. */
export interface Peer {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly figures: readonly Job["figure"][];
}

const all: readonly Job["figure"][] = ["requests", "items", "notifications"];
const python = "/usr/bin/python3";

/** Ours where notifications are handed to a handler, and where an iterator gives them. */
export const byHandler: Peer = ours("handler");
export const byIterator: Peer = ours("iterator");

const others: readonly Peer[] = [
  { name: "node:net", command: [process.execPath, compiled("clients/bare.js"), "lines"], figures: all },
  {
    name: "node:net, counting",
    command: [process.execPath, compiled("clients/bare.js"), "count"],
    figures: ["notifications"],
  },
  { name: "Twisted", command: [python, source("clients/howto_client.py")], figures: all },
];

function ours(way: "handler" | "iterator"): Peer {
  return { name: "doorbell", command: [process.execPath, compiled("clients/doorbell.js"), way], figures: all };
}

/** Those that ours is measured against, as far as they are installed, and the names of the others. */
export function present(): { readonly peers: readonly Peer[]; readonly missing: readonly string[] } {
  const hasTwisted = spawnSync(python, ["-c", "import twisted"], { cwd: root }).status === 0;
  const peers = others.filter(({ name }) => name !== "Twisted" || hasTwisted);
  return { peers, missing: others.filter((peer) => !peers.includes(peer)).map(({ name }) => name) };
}
