import assert from "node:assert/strict";

import { startAtTerminal } from "./doorbell.ts";
import { hostileItems, startHostileHub } from "./hostile-hub.ts";

/** Control characters save LF and TAB; what reorders text; what is invisible or ends a line elsewhere. */
const acts =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\u180e\u{e0000}-\u{e007f}]/u;

/** Resolves to all that `doorbell watch` of a hostile hub writes to a terminal. */
export async function atTerminal(program: string, options: string, env: NodeJS.ProcessEnv): Promise<string> {
  await using hub = await startHostileHub();
  return await watchAtTerminal(program, `--port ${hub.port} ${options}`, env, (written) =>
    written.slice(written.indexOf("goodbye")).includes("is back."),
  );
}

/** Runs `doorbell watch` at a terminal, and interrupts it there at the end. Resolves to all that it wrote. */
export async function watchAtTerminal(
  program: string,
  options: string,
  env: NodeJS.ProcessEnv,
  isEnd: (written: string) => boolean,
): Promise<string> {
  await using terminal = startAtTerminal(`watch ${options}`, { env, program, asWritten: true });
  await terminal.until("the end", () => isEnd(terminal.stdout));
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
  return terminal.stdout;
}

/** Asserts that a text acts on nothing, and that the watch itself began each line. */
export function assertHarmless(written: string): void {
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
