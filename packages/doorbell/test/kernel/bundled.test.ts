/** A program whose bundle has swallowed the library finds no program for the library's threads, and says what to do. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { rolldown } from "rolldown";

import type { KernelError } from "../../src/kernel/errors.ts";
import { ownThread } from "../../src/kernel/workers/workers.ts";

const run = promisify(execFile);
const kernel = JSON.stringify(fileURLToPath(new URL("../../src/kernel/index.js", import.meta.url)));
const program = `
import { Kernel } from ${kernel};
Kernel.start().catch(({ code, detail, message }) => console.log(JSON.stringify({ code, detail, message })));
`;

describe("bundled into a program", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "doorbell-bundled-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const format of ["esm", "cjs"] as const)
    test(`a kernel says why it cannot start (${format})`, async () => {
      const input = join(folder, "program.mjs");
      writeFileSync(input, program);
      const build = await rolldown({ input, platform: "node", logLevel: "silent" });
      const file = join(folder, format === "esm" ? "out.mjs" : "out.cjs");
      await build.write({ file, format });
      await build.close();
      const { stdout } = await run(process.execPath, [file], { timeout: 60_000 });
      const { code, detail, message } = JSON.parse(stdout) as KernelError;
      assert.deepEqual([code, detail], ["InternalError", "bundled"]);
      assert.match(message, /^kernel-thread\.js, .* bundler .*--external:@doorbell-js\/doorbell/);
    });

  test("so does a module that a bundler left without a URL", () => {
    const isBundled = { code: "InternalError", detail: "bundled" };
    assert.throws(() => ownThread("./kernel-thread.js", undefined), isBundled);
    assert.throws(() => ownThread("./no-such-thread.js", import.meta.url), isBundled);
    assert.equal(ownThread("./bundled.test.js", import.meta.url).href, import.meta.url);
  });
});

test("the name of the package alone is no part of it, and the error lists the parts", async () => {
  const parts = /doorbell\/line .*doorbell\/kernel .*doorbell\/push /;
  await assert.rejects(import("../../src/index.ts"), parts);
  // A name that is imported from it must not hide the reason behind a complaint of Node's that there is no such name.
  const { stderr } = await run(process.execPath, [
    "--input-type=module",
    "-e",
    `import { connect } from ${JSON.stringify(new URL("../../src/index.js", import.meta.url).href)}; connect();`,
  ]).catch((error: unknown) => error as { readonly stderr: string });
  assert.match(stderr, parts);
});
