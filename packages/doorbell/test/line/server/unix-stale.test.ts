import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { connect } from "../../../src/line/client/client.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";

test("of servers that find the same stale socket at once, one gets it, and keeps it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-"));
  const path = join(folder, "socket");
  spawnSync(process.execPath, [
    "-e",
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))",
    path,
  ]);
  assert.ok(existsSync(path));
  const servers = Array.from({ length: 4 }, () => new LineServer({ sources: { random: new MemorySource() } }));
  try {
    const outcomes = await Promise.allSettled(servers.map((server) => server.listen({ path })));
    const codes = outcomes.map((outcome) => (outcome.status === "fulfilled" ? "listens" : outcome.reason.code));
    assert.deepEqual(codes.toSorted(), ["AddressInUse", "AddressInUse", "AddressInUse", "listens"]);
    await Promise.all(servers.filter((_, at) => codes[at] !== "listens").map((server) => server.close()));
    await using client = await connect({ path });
    assert.equal(await client.command("ping"), "pong");
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(folder, { recursive: true });
  }
});

test("a socket's path that cannot be looked at is refused in words of our own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-"));
  const loop = join(folder, "loop");
  symlinkSync(loop, loop);
  try {
    await using server = new LineServer({ sources: { random: new MemorySource() } });
    await assert.rejects(server.listen({ path: join(loop, "socket") }), { name: "LineError", code: "CannotListen" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a socket in a directory that is not there is refused in words", async () => {
  await using server = new LineServer({ sources: {} });
  await assert.rejects(server.listen({ path: "/nowhere/at/all.sock" }), {
    code: "CannotListen",
    message: "there is no directory /nowhere/at for a socket: make it first",
  });
});

test("an empty host is refused: Node would take it for every address", async () => {
  await using server = new LineServer({ sources: {} });
  await assert.rejects(server.listen({ host: "", port: 0 }), { code: "InvalidArgument" });
});
