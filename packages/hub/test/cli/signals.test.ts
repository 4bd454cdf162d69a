import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";

import { assertDone } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell, startHubProcess } from "../support/doorbell.ts";
import { connectLine } from "../support/line-client.ts";
import { Program } from "../support/program.ts";

/** The TCP ports that a process listens at. */
function listening(pid: number): readonly number[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    }),
  );
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === "0A" && own.has(`socket:[${inode}]`))
    .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16))
    .toSorted((one, other) => one - other);
}

test("SIGUSR1 opens no inspector: a hub says how it is, a watch goes on", async () => {
  await using hub = await startHubProcess({ http: true });
  await using client = await connectLine(hub);
  assert.equal(await client.ask("ping"), "pong");
  await using watch = new Program(process.execPath, [bin, "watch", ...hub.at, "--json"], bareEnvironment());
  await watch.line(0);
  for (const { pid } of [hub.program, watch]) process.kill(pid, "SIGUSR1");
  await hub.program.until("its answer", () => hub.program.stderr.includes("\n"));
  for (const ad of ["one", "two"]) {
    assertDone(await doorbell(["post", ...hub.at, ad]), "");
    await watch.until(ad, () => watch.stdout.includes(`"${ad}"`));
  }
  assert.match(
    hub.program.stderr,
    /^\S+Z SIGUSR1: the hub is up, with 2 connections of the line and 0 of HTTP; it opens no inspector\n$/,
  );
  assert.equal(watch.stderr, "");
  assert.deepEqual(
    listening(hub.program.pid),
    [hub.port, hub.httpPort].toSorted((one, other) => one - other),
  );
  assert.deepEqual(listening(watch.pid), []);
});
