import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

test("counter-main: a server on a thread of its own, awaited and blocked on; the program ends by itself", async () => {
  const { stdout, stderr } = await run(process.execPath, [
    fileURLToPath(new URL("../counter-main.js", import.meta.url)),
  ]);
  assert.equal(stdout, "5 5\n");
  assert.equal(stderr, "");
});
