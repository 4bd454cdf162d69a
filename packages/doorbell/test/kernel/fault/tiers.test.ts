/** What SECURITY.md says of workers in one process, with Node's permission model and without, is so. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Loot } from "./tier-job.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./tier-program.js", import.meta.url));
/** The compiled package, seen from dist/test/kernel/fault. */
const compiled = dirname(dirname(dirname(dirname(program))));
const permission = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";
const tierB = [
  permission,
  "--allow-worker",
  `--allow-fs-read=${compiled}/`,
  "--frozen-intrinsics",
  "--disable-proto=delete",
];
const skip = process.platform === "linux" ? false : "it looks into /proc, which Linux has";

async function spied(...flags: readonly string[]): Promise<{ readonly secret: string; readonly loot: Loot }> {
  const { stdout } = await run(process.execPath, [...flags, program], { timeout: 120_000 });
  return JSON.parse(stdout) as { readonly secret: string; readonly loot: Loot };
}

// The first is the second's canary, too: it shows that the spy would find what it looks for.
test("tier A: a worker reads another thread's secret, so threads are no boundary", { skip }, async () => {
  const { secret, loot } = await spied();
  assert.deepEqual([loot.answer, loot.program], [42, "done"]);
  assert(Array.isArray(loot.memory) && loot.memory.includes(secret), "it did not find the secret: mend the spy");
});

test("tier B: with permissions the kernel works, and memory and programs are out of reach", { skip }, async () => {
  const { loot } = await spied(...tierB);
  assert.deepEqual(loot, { answer: 42, memory: "ERR_ACCESS_DENIED", program: "ERR_ACCESS_DENIED" });
});
