import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { assertDone, assertFailed } from "../support/assert.ts";
import {
  bareEnvironment,
  bin,
  doorbell,
  packageFolder,
  startAtTerminal,
  startHubProcess,
} from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { scriptMissing } from "../support/needs.ts";
import { run } from "../support/program.ts";

const ESC = "\u001b[";

test("without a command: help, on standard error, and exit code 2", async () => {
  const { code, stdout, stderr } = await doorbell([]);
  assert.match(stderr, /^Usage: doorbell \[options\] \[command\]\n/);
  for (const command of ["serve", "watch", "status", "random", "classified", "post", "desktop"])
    assert.match(stderr, new RegExp(`^ {2}${command} `, "m"));
  assert.equal(stdout, "");
  assert.equal(code, 2);
});

test("--help is the same, on standard output, and exit code 0", async () => {
  const [asked, unasked] = await Promise.all([doorbell(["--help"]), doorbell([])]);
  assertDone(asked, unasked.stderr);
});

test("--version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string };
  assertDone(await doorbell(["--version"]), `${version}\n`);
});

for (const command of ["serve", "watch", "status", "random", "classified", "post"])
  test(`${command} --help says how to use it, with an example or its exit code, also when the settings are broken`, async () => {
    const outcome = await doorbell([command, "--help"], { DOORBELL_CONFIG: "/nonexistent" });
    assertDone(outcome, new RegExp(`^Usage: doorbell ${command} `));
    assert.match(outcome.stdout, /--port <port>/);
    assert.match(outcome.stdout, /Example.*:\n {2}\$ doorbell|Exits with 3/);
  });

for (const { args, message } of [
  { args: ["frob"], message: /unknown command 'frob'/ },
  { args: ["statsu"], message: /unknown command 'statsu' \(Did you mean status\?\)/ },
  { args: ["--frob"], message: /unknown option '--frob'/ },
  { args: ["status", "--prot", "1"], message: /unknown option '--prot' \(Did you mean --port\?\)/ },
  { args: ["random", "a", "b"], message: /too many arguments/ },
  { args: ["post"], message: /missing required argument 'text'/ },
  { args: ["status", "--port"], message: /argument missing/ },
  { args: ["status", "--port", "70000"], message: /'70000' is invalid\. Expected a whole number from 0 to 65535/ },
  { args: ["frob\u001b[2J\nOK"], message: /'frob\\x1b\[2J/ },
])
  test(`doorbell ${JSON.stringify(args)} is not understood: one line, exit code 2`, async () => {
    assertFailed(await doorbell(args), 2, message);
  });

test("a reader that has had enough ends a command quietly", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (let number = 1; number <= 100; number += 1) await client.ask(`post ${"x".repeat(1_000)} ${number}`);
  const command = `"$0" "$@" | head -1; echo "codes \${PIPESTATUS[*]}"`;
  const { stdout, stderr } = await run("bash", ["-c", command, process.execPath, bin, "classified", ...hub.at], {
    env: bareEnvironment(),
  });
  assert.equal(stdout, `${"x".repeat(1_000)} 1\ncodes 0 0\n`);
  assert.equal(stderr, "");
});

test("output that cannot be written is a failure", async () => {
  await using hub = await startLocalHub();
  const command = `"$0" "$@" >/dev/full`;
  const outcome = await run("bash", ["-c", command, process.execPath, bin, "random", ...hub.at], {
    env: bareEnvironment(),
  });
  assertFailed(outcome, 1, /the output cannot be written/);
});

test(
  "errors are coloured on a terminal, but not when NO_COLOR says so, and not in a pipe",
  { skip: scriptMissing },
  async () => {
    const onTerminal = async (env: NodeJS.ProcessEnv): Promise<string> => {
      await using terminal = startAtTerminal("frob", { env });
      await terminal.ended;
      return terminal.stdout;
    };
    assert.ok((await onTerminal({})).startsWith(`${ESC}31mdoorbell:${ESC}39m unknown command`));
    assert.ok((await onTerminal({ NO_COLOR: "1" })).startsWith("doorbell: unknown command"));
    assert.ok((await onTerminal({ NO_COLOR: "" })).includes(ESC), "NO_COLOR counts when it is not empty");
    assert.ok(!(await doorbell(["frob"], { FORCE_COLOR: "1" })).stderr.includes(ESC));
  },
);

test("the greeting is coloured on a terminal, and not in a pipe", { skip: scriptMissing }, async () => {
  await using terminal = startAtTerminal("serve --port 0");
  await terminal.until("the greeting", () => terminal.stdout.includes("Ctrl-C"));
  assert.ok(terminal.stdout.includes(ESC));
  // Ctrl-C, as a person types it.
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
  await using hub = await startHubProcess();
  assert.ok(!hub.program.stdout.includes(ESC));
});
