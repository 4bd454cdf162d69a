import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";

test("a stale socket whose name is a number is replaced, whoever listens at the port of that number", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-"));
  const before = process.cwd();
  process.chdir(folder);
  try {
    await using server = new LineServer({ sources: { random: new MemorySource() } });
    const { port } = (await server.listen({ port: 0 })) as { port: number };
    const path = String(port);
    spawnSync(process.execPath, [
      "-e",
      `require("net").createServer().listen({ path: "./${path}" }, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    assert.ok(statSync(path).isSocket());
    assert.deepEqual(await server.listen({ path }), { path });
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});
