import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { breakPackage } from "../support/canary.ts";
import { bareEnvironment, bin } from "../support/doorbell.ts";
import { hostileItems, startHostileHub } from "../support/hostile-hub.ts";
import { scriptMissing } from "../support/needs.ts";
import { Program } from "../support/program.ts";

/** Control characters save LF and TAB; what reorders text; what is invisible or ends a line elsewhere. */
const acts =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\u180e\u{e0000}-\u{e007f}]/u;

/** All that `doorbell watch` writes to a terminal of a hostile hub, in the end interrupted there. */
async function atTerminal(program: string, options: string, env: NodeJS.ProcessEnv): Promise<string> {
  await using hub = await startHostileHub();
  // Without processing of output: what comes is what was written, byte for byte.
  const command = `stty -opost -echo; exec "${process.execPath}" "${program}" watch --port ${hub.port} ${options}`;
  await using terminal = new Program(
    "script",
    ["-qec", command, "/dev/null"],
    bareEnvironment({ TERM: "xterm", ...env }),
  );
  await terminal.until("all tricks, and the last connection", () =>
    terminal.stdout.slice(terminal.stdout.indexOf("goodbye")).includes("is back."),
  );
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
  return terminal.stdout;
}

/** What was written acts on nothing, and each line is one that the watch itself began. */
function assertHarmless(written: string): void {
  const found = acts.exec(written);
  assert.equal(
    found,
    null,
    `U+${found?.[0].codePointAt(0)?.toString(16)} at the terminal after ${JSON.stringify(written.slice(0, found?.index).slice(-60))}`,
  );
  const lines = written.split("\n").slice(0, -1);
  const beginning =
    /^(random {5}34$|classified |The hub at 127\.0\.0\.1:\d+ is |the server answered: |\{"source":"(random|classified)",)/;
  for (const line of lines) assert.match(line, beginning, "a line that the watch did not begin");
  assert.deepEqual(
    lines.filter((line) => line.startsWith("classified FORGED")),
    [],
    "a forged line",
  );
  assert.equal(lines.filter((line) => /^(classified |\{"source":"classified")/.test(line)).length, hostileItems.length);
}

test("T29: nothing that a hub sends acts on the terminal", { skip: scriptMissing }, async () => {
  const written = await atTerminal(bin, "", { NO_COLOR: "1" });
  assertHarmless(written);
  assert.ok(
    written.includes('classified <img src=x onerror=alert(1)> & "quotes" $(id) `id`\n'),
    "plain text is shown as it is",
  );
  assert.ok(written.includes("classified \\x1b[2J\\x1b[31mred\n"));
});

test("T29: nor where the watch itself has colours", { skip: scriptMissing }, async () => {
  const written = await atTerminal(bin, "", {});
  // oxlint-disable-next-line no-control-regex -- the watch's own colours
  const own = /\u001b\[36m(random|classified)\u001b\[39m|^\u001b\[2m(.*)\u001b\[22m$/gm;
  assert.ok(own.test(written));
  assertHarmless(written.replaceAll(own, "$1$2"));
});

test("T29: nor as JSON, which is still what was sent", { skip: scriptMissing }, async () => {
  const written = await atTerminal(bin, "--json", { NO_COLOR: "1" });
  assertHarmless(written);
  const objects = written
    .split("\n")
    .filter((line) => line.startsWith('{"source":"classified"'))
    .map((line) => JSON.parse(line) as { item: string });
  assert.deepEqual(
    objects.map(({ item }) => item),
    hostileItems,
  );
});

for (const { name, find, replace } of [
  { name: "printable", find: "return text.replace(unsafe", replace: "return text; text.replace(unsafe" },
  {
    name: "printable-json",
    find: "return JSON.stringify(value).replace(unsafe",
    replace: "return JSON.stringify(value); ''.replace(unsafe",
  },
])
  test(`T29 canary: a ${name} that changes nothing is found out`, { skip: scriptMissing }, async () => {
    const folder = breakPackage({ name, file: "printable.js", find, replace });
    try {
      const bin = join(folder, "bin/doorbell.js");
      const written = await atTerminal(bin, name === "printable" ? "" : "--json", { NO_COLOR: "1" });
      assert.throws(() => assertHarmless(written), { name: "AssertionError", message: /^U\+\w+ at the terminal/ });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
