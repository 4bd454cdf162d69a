import { spawnSync } from "node:child_process";

import { bare } from "./bare.ts";
import { doorbell } from "./doorbell.ts";
import { nats } from "./nats.ts";
import type { Peer } from "./peer.ts";
import { redis } from "./redis.ts";
import { twisted } from "./twisted.ts";

export type { Peer };

/** Ours first, then whom it is measured against. */
const all: readonly Peer[] = [doorbell, bare, nats, redis, twisted];

/** Those that can be started here, and the names of those that cannot. */
export function present(): { readonly peers: readonly Peer[]; readonly missing: readonly string[] } {
  const peers = all.filter(isInstalled);
  return { peers, missing: all.filter((peer) => !peers.includes(peer)).map((peer) => peer.name) };
}

function isInstalled(peer: Peer): boolean {
  if (peer === twisted) return spawnSync(peer.program, ["-c", "import twisted"]).status === 0;
  return spawnSync(peer.program, ["--version"]).error === undefined;
}
