/** What SECURITY.md says of workers in one process, with Node's permission model and without, is so. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { permissionFlags } from "../../../src/kernel/workers/workers.ts";
import type { Told } from "./tier-job.ts";

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

async function spied(...flags: readonly string[]): Promise<Told> {
  const { stdout } = await run(process.execPath, [...flags, program], { timeout: 120_000 });
  return JSON.parse(stdout) as Told;
}

// The first is the second's canary, too: it shows that the spy would find what it looks for.
test("tier A: a worker reads another thread's secret, so threads are no boundary", { skip }, async () => {
  const { secret, loot } = await spied();
  assert.deepEqual([loot.answer, loot.program], [42, "done"]);
  assert(Array.isArray(loot.memory) && loot.memory.includes(secret), "it did not find the secret: mend the spy");
});

test(
  "tier B: with permissions the kernel works on threads that have them, and one worker without undoes all of it",
  { skip },
  async () => {
    const { secret, loot, ownThreads } = await spied(...tierB);
    const { answer, memory, program: started, worker } = loot;
    assert.deepEqual([answer, memory, started], [42, "ERR_ACCESS_DENIED", "ERR_ACCESS_DENIED"]);
    const passedOn = tierB.filter((flag) => !flag.startsWith("--disable-proto"));
    assert.deepEqual(ownThreads, [passedOn, passedOn], "the kernel's own thread, and that of the bells");
    // This is why tier B holds against no hostile code: Node itself says that workers may undo its permissions.
    assert.equal(worker.program, "done");
    assert(Array.isArray(worker.memory) && worker.memory.includes(secret));
  },
);

test("of a program's flags those of the permission model are passed on, and no others", () => {
  for (const [argv, flags] of [
    [[], []],
    [["--import", "./x.js", "--input-type=module", "--inspect", "--max-old-space-size=99"], []],
    [
      ["--permission", "--allow-fs-read", "/a", "--allow-worker", "--import", "b"],
      ["--permission", "--allow-fs-read", "/a", "--allow-worker"],
    ],
    [
      ["--allow-fs-write=/a", "--allow-addons", "--no-warnings"],
      ["--allow-fs-write=/a", "--allow-addons"],
    ],
    [["--allowed", "--experimental-permissions"], []],
  ] as const)
    assert.deepEqual(permissionFlags(argv), flags);
});
