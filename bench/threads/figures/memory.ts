import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Figure } from "./figure.ts";

const roundsMax = 3;

/** What is there and at rest costs, each round in a process of its own. */
export const memory: readonly Figure[] = [
  {
    rows: [
      { name: "a parked thread: memory", unit: "KiB", targets: [{ against: "bare Worker", atMostMore: 512 }] },
      { name: "a parked thread: processor time in a second", unit: "us", targets: [] },
    ],
    roundsMax,
    turns: [
      { who: "doorbell", measure: async () => await inProcess("joined threads") },
      { who: "bare Worker", measure: async () => await inProcess("bare threads") },
    ],
  },
  {
    rows: [{ name: "an idle pair of connected threads: memory", unit: "KiB", targets: [{ atMost: 64 }] }],
    roundsMax,
    turns: [{ who: "doorbell", measure: async () => await inProcess("pairs") }],
  },
  {
    rows: [{ name: "a further connection of a pair, 10,000 held: memory", unit: "KiB", targets: [{ atMost: 1 }] }],
    roundsMax,
    turns: [{ who: "doorbell", measure: async () => await inProcess("connections") }],
  },
];

async function inProcess(kind: string): Promise<readonly number[]> {
  const file = fileURLToPath(new URL("../processes/memory.js", import.meta.url));
  // A small young generation: how far it has grown is not what is measured.
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    "--max-semi-space-size=1",
    file,
    kind,
  ]);
  return JSON.parse(stdout) as readonly number[];
}
