import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertDone } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell, packageFolder, startHubProcess } from "../support/doorbell.ts";
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

test("what an early signal has opened is closed, unless it was asked for", async () => {
  // As if SIGUSR1 had come before the first of our modules ran.
  const early = ["--import", 'data:text/javascript,import { open } from "node:inspector"; open(0);'];
  for (const [flags, isOpen] of [
    [early, false],
    [["--inspect=0"], true],
  ] as const) {
    const serve = [bin, "serve", "--port", "0", "--no-http", "--no-network"];
    await using hub = new Program(process.execPath, [...flags, ...serve], bareEnvironment());
    await hub.until("its greeting", () => hub.stdout.includes("stop  "));
    assert.match(hub.stderr, /^Debugger listening on/, "it was not open: mend the test");
    assert.equal(listening(hub.pid).length, isOpen ? 2 : 1);
  }
});

/** Those that a process has started, and those that they have. */
function descendants(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

// Side by side: npm alone takes seconds to start.
describe("npm", { concurrency: true }, () => {
  for (const [command, signal] of [
    ["npm start --", "SIGKILL"],
    ["npx doorbell serve", "SIGTERM"],
    ["npx doorbell serve", "SIGKILL"],
  ] as const)
    test(`the hub of "${command}" ends when npm alone is ended by ${signal}`, { timeout: 60_000 }, async () => {
      using folder = newFolder();
      const root = join(packageFolder, "../..");
      const script = `cd "$0" && exec ${command} --port 0 --http-port 0 --no-network`;
      const env = bareEnvironment({ npm_config_cache: folder.file("npm"), npm_config_update_notifier: "false" });
      await using npm = new Program("sh", ["-c", script, root], env);
      await npm.until("its greeting", () => npm.stdout.includes("stop  "));
      const below = descendants(npm.pid);
      try {
        npm.signal(signal);
        // Its output is at its end when all that wrote there have gone.
        await npm.ended;
        assert.match(npm.stderr, /^Stopping: clients are told/m);
      } finally {
        for (const pid of below) end(pid);
      }
    });
});

/** Ends a process, if it is still there. */
function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
