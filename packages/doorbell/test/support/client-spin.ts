import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";

export interface Verified {
  readonly errors: number;
  readonly states: number;
  /** The whole report: with an error, it says which assertion or claim was violated. */
  readonly report: string;
}

export interface Check {
  /** `"safety"`: assertions and deadlocks. `"claim"`: the model's `ltl` claim, and it alone. */
  readonly what: "safety" | "claim";
  readonly defines?: Readonly<Record<string, number>> | undefined;
}

/** Verifies a model of `test/models` exhaustively, by a verifier that is generated and compiled for it. */
export function verify(model: string, { what, defines = {} }: Check): Verified {
  using folder = newFolder();
  const file = fileURLToPath(new URL(`../../../test/models/${model}.pml`, import.meta.url));
  const given = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
  run(folder, "spin", [...given, "-a", file]);
  run(folder, "cc", ["-O0", "-w", ...(what === "safety" ? ["-DSAFETY", "-DNOCLAIM"] : []), "-o", "pan", "pan.c"]);
  // -A: whatever an assertion says, the claim has to find it. -m: no run is cut off; that would be reported as an error.
  const report = run(folder, join(folder.path, "pan"), what === "safety" ? ["-m1000000"] : ["-a", "-A", "-m1000000"]);
  const number = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? Number.NaN);
  return { errors: number(/errors: (\d+)/), states: number(/(\d+) states, stored/), report };
}

/** Asserts that a model is right in every one of these sizes. Returns how many states were looked at. */
export function assertRight(
  model: string,
  sizes: Readonly<Record<Check["what"], readonly Check["defines"][]>>,
): number {
  let states = 0;
  for (const what of ["safety", "claim"] as const)
    for (const defines of sizes[what]) {
      const found = verify(model, { what, defines });
      assert.equal(found.errors, 0, `${what} ${JSON.stringify(defines)}: ${found.report}`);
      states += found.states;
    }
  return states;
}

function run(folder: Folder, command: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder.path,
    encoding: "utf8",
    timeout: 300_000,
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `ended with ${status}`}\n${stdout}${stderr}`);
  if (stdout.includes("max search depth too small")) throw new Error(`${command}: the search was cut off`);
  return stdout;
}
