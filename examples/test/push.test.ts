import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { runServer } from "./support/program.ts";

const run = promisify(execFile);

/** A network of its own, which has no interface but loopback. */
const apart = ["--user", "--map-root-user", "--net"];
const noNamespace =
  spawnSync("unshare", [...apart, "true"]).status === 0
    ? false
    : "needs a network namespace, by unshare of the package util-linux";

const printed: Readonly<Record<string, string>> = {
  "wifi-main": "no Wi-Fi\nonce more: ServerExists\nattic 192.0.2.10\nmeanwhile: cellar\n",
  "wifi-two": "screen 7 attic\nlog 40 attic\n",
  "wifi-slow": "network 1000: 1000 events, and some were missed: true\n",
  "wifi-comes-back": "attic 1\nover: the notifier has gone\ncellar 1\nover: the notifier has gone\n",
};

for (const [name, wanted] of Object.entries(printed))
  test(
    `${name}: told by a notifier on a thread of its own; the program ends by itself`,
    { timeout: 60_000 },
    async () => {
      const { stdout, stderr } = await run(process.execPath, [
        fileURLToPath(new URL(`../${name}.js`, import.meta.url)),
      ]);
      assert.equal(stdout, wanted);
      assert.equal(stderr, "");
    },
  );

test("interfaces: a machine without any is told so", { timeout: 60_000, skip: noNamespace }, async () => {
  const file = fileURLToPath(new URL("../interfaces.js", import.meta.url));
  const child = spawn("unshare", [...apart, process.execPath, file], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [printed] = (await once(child.stdout.setEncoding("utf8"), "data", {
      signal: AbortSignal.timeout(30_000),
    })) as [string];
    assert.equal(printed, "This machine has no interface but loopback; one that comes is shown.\n");
  } finally {
    child.kill("SIGKILL");
  }
});

test("interfaces: prints what the machine's network is like, and goes on", { timeout: 60_000 }, async () => {
  await using program = runServer("interfaces");
  const names = Object.entries(networkInterfaces()).flatMap(([name, all]) =>
    all?.[0]?.internal === false ? [name] : [],
  );
  if (names.length > 0) {
    const [line = ""] = await program.prints(1);
    assert.match(line, /^\S+ (up|noCarrier|off) /);
  }
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});
