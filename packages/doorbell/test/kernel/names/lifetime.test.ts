import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const module = new URL("../../../src/kernel/index.js", import.meta.url).href;

/** What a program prints until it ends by itself. */
async function printed(then: string): Promise<string> {
  const program = `import { Kernel } from ${JSON.stringify(module)}; const kernel = await Kernel.start(); ${then}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { timeout: 30_000 });
  return stdout;
}

test("K28 the name server keeps no program alive, who waits for a name does", { timeout: 60_000 }, async () => {
  const all =
    'const server = await kernel.names.register("a"); const one = await kernel.names.connect("a"); kernel.names.connectSync("a");';
  assert.equal(await printed(`${all} console.log(await kernel.names.trustedInitDone());`), "true\n");
  // Nothing but the wait is there; its deadline is not what keeps it.
  const waits =
    'kernel.names.connect("b", { timeoutMs: 50 }).catch((error) => console.log(error.code)); await kernel.names.trustedInitDone();';
  assert.equal(await printed(waits), "Timeout\n");
});

test("names end with the kernel: who waits is told", { timeout: 60_000 }, async () => {
  const leaves =
    'const failed = kernel.names.connect("b").catch((error) => error.code); await kernel.names.trustedInitDone(); await kernel.leave(); console.log(await failed); await kernel.names.register("c").catch((error) => console.log(error.code)); try { kernel.names.connectSync("c"); } catch (error) { console.log(error.code); }';
  const codes = (await printed(leaves)).trim().split("\n");
  assert.equal(codes.length, 3);
  assert.equal(codes[0], "InternalError");
  assert.equal(codes[1], "InternalError");
  assert.match(codes[2] ?? "", /^(InternalError|ServerNotFound)$/);
});

test("who waits for a name in vain is told which", { timeout: 60_000 }, async () => {
  const waits =
    'await kernel.names.connect("a b", { timeoutMs: 50 }).catch((error) => console.log(error.code, error.message)); try { kernel.names.connectSync("c", { timeoutMs: 50 }); } catch (error) { console.log(error.code, error.message); } await kernel.leave();';
  const late = (name: string): string =>
    `Timeout No server of the name "${name}" was there in time, or none with room for one more thread.`;
  assert.deepEqual((await printed(waits)).trim().split("\n"), ["a b", "c"].map(late));
});
