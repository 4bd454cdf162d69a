import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Returns the output of an example, which must end well, by itself. */
async function printed(name: string): Promise<string> {
  const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
  const { stdout, stderr } = await run(process.execPath, [file], { timeout: 30_000 });
  assert.equal(stderr, "");
  return stdout;
}

test("counter-main: a server on a thread of its own, awaited and blocked on; the program ends by itself", async () => {
  assert.equal(await printed("counter-main"), "5 5\n");
});

test("network-main: a public face of a private server, found by its name; the rest stays private", async () => {
  assert.equal(
    await printed("network-main"),
    "links: 2\nsignal: -60\nunsubscribed: 1\nforgetAll: AccessDenied\nrefused: 2\n",
  );
});

test("network-forward: the same by hand; what is lent is looked at before it is passed on", async () => {
  assert.equal(
    await printed("network-forward"),
    "links: 2\nto be passed on: 16 bytes\nsignal: -60\nunsubscribed: 1\nforgetAll: AccessDenied\nrefused: 2\n",
  );
});

test("plugin-main: a plug-in reaches two opcodes of its host, and nothing else", async () => {
  assert.equal(await printed("plugin-main"), "units are metric\ndeleteFiles: AccessDenied\n");
});
