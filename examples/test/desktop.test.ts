import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { serveByHand } from "./support/by-hand.ts";
import { runExample } from "./support/program.ts";

// The desktop is a mock: a notify-send that writes down what it is given. The hub's tests run this example against a
// real notification daemon.

test("08-desktop: the numbers of a server that is typed by hand pop up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-"));
  const shown = join(folder, "shown");
  writeFileSync(shown, "");
  const script = `#!/bin/sh\nif [ "$1" != --help ]; then shift 2; echo "$*" >>'${shown}'; fi\n`;
  writeFileSync(join(folder, "notify-send"), script);
  chmodSync(join(folder, "notify-send"), 0o755);
  Object.assign(process.env, { PATH: folder, DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/nowhere" });
  /** Waits until so many lines were shown, and gives them. */
  const shows = async (count: number): Promise<readonly string[]> => {
    const lines = (): readonly string[] => readFileSync(shown, "utf8").split("\n").slice(0, -1);
    const late = AbortSignal.timeout(30_000);
    while (lines().length < count) {
      late.throwIfAborted();
      await new Promise((resolve) => void setTimeout(resolve, 5));
    }
    return lines();
  };
  try {
    await using server = await serveByHand();
    await using program = runExample("08-desktop", server.port);
    for (const [index, number] of ["34", "43"].entries()) {
      await server.hears("notif");
      server.says("OK", "notif: random");
      await server.hears("stop_notif");
      server.says("OK");
      await server.hears("random?");
      server.says(number);
      assert.equal((await shows(index + 1))[index], `-- random ${number}`);
    }
    assert.equal(await program.interrupt(), "SIGINT");
    assert.equal(program.stdout + program.stderr, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
