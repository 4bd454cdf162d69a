import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Ledger, sound } from "./ledger.ts";
import { type Ended, Program } from "./program.ts";

const source = "test/store/fault/powercut.c";
export const ringer: string = fileURLToPath(new URL("../store/fault/ringer.js", import.meta.url));

/** What `powercut.c` does, and how often. */
export interface Fault {
  readonly kind: "cut" | "kill" | "eio";
  readonly every: number;
  readonly cuts?: number;
  readonly seed: number;
}

/** Compiles the library that plays the faulty disk; gives its path. */
export function buildFaultyDisk(folder: string): string {
  let place = dirname(fileURLToPath(import.meta.url));
  // A canary is built further down.
  while (!existsSync(join(place, source))) place = dirname(place);
  const library = join(folder, "powercut.so");
  const args = ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, join(place, source), "-ldl", "-pthread"];
  const { status, stderr } = spawnSync("gcc", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
  return library;
}

/** Starts a ringer on a data folder, on a disk that fails if `fault` is given. */
export function startRinger(
  data: string,
  ledger: Ledger,
  {
    library = "",
    fault,
    most = 1_000_000,
  }: { readonly library?: string; readonly fault?: Fault; readonly most?: number } = {},
): Program {
  const faulty: Record<string, string> =
    fault === undefined
      ? {}
      : {
          LD_PRELOAD: library,
          DISK: data,
          KIND: fault.kind,
          SEED: String(fault.seed),
          EVERY: String(fault.every),
          CUTS: String(fault.cuts ?? 1),
        };
  return new Program(process.execPath, [ringer, data, String(ledger.next), String(most)], {
    ...process.env,
    ...faulty,
  });
}

/** Runs a ringer until it ends by itself; gives all it said. */
export async function ringUntilItEnds(
  ...how: Parameters<typeof startRinger>
): Promise<Ended & { readonly said: string }> {
  await using program = startRinger(...how);
  const ended = await program.ended;
  assert.equal(program.stderr, "");
  return { ...ended, said: program.stdout };
}

/** Looks at each of the folders that the faulty disk left, by what had been said until then; gives how many there were. */
export async function checkCuts(data: string, ledger: Ledger, said: string, what: string): Promise<number> {
  const parts = said.split(/^cut \d+\n/m);
  for (const [index, part] of parts.slice(0, -1).entries()) {
    ledger.note(part);
    assert.deepEqual(await ledger.check(`${data}.cut${index + 1}`), sound, `cut ${index + 1}, ${what}`);
  }
  return parts.length - 1;
}
