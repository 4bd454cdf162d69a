import { Command, CommanderError } from "commander";

import { printable } from "../printable.ts";
import { addBell } from "./bell.ts";
import { addClassified, addPost, addRandom } from "./board.ts";
import { addDesktop } from "./desktop.ts";
import { addInbox, addPage } from "./inbox.ts";
import { applySettingsFile, readKeyFile, redacted, tidyEnvironment } from "./options.ts";
import { colors, Exit, Failure, remark, version } from "./output.ts";
import { addRing } from "./ring.ts";
import { addServe } from "./serve.ts";
import { addStatus } from "./status.ts";
import { addWatch } from "./watch.ts";

const program = new Command("doorbell")
  .description("Be told of events: run a hub, and talk to one.")
  .version(version)
  .configureOutput({ outputError: (message, write) => write(complaint(message)) })
  .exitOverride()
  .hook("preAction", (_program, command) => {
    applySettingsFile(command);
    readKeyFile(command);
  })
  .addHelpText(
    "after",
    `
A first try, in three terminals:
  $ doorbell serve
  $ doorbell watch --inbox
  $ doorbell bell new hello
and then what that says, from wherever you want to be told of something.

Every option of a command that has a name in the environment (env: ...) can stand in the
settings file too: $DOORBELL_CONFIG, or doorbell/config.json in your configuration folder.

Exit codes: 0 done, 1 could not be done, 2 not understood, 3 no hub reached.`,
  );

for (const add of [
  addServe,
  addWatch,
  addInbox,
  addBell,
  addRing,
  addPage,
  addStatus,
  addRandom,
  addClassified,
  addPost,
  addDesktop,
])
  add(program);

tidyEnvironment(program.commands, process.env);

// Whoever reads our output may have had enough of it, as in "doorbell classified | head -1"; a hub goes on without.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  const serving = program.args[0] === "serve";
  if (error.code === "EPIPE") return serving ? undefined : process.exit(Exit.Done);
  say(`the output cannot be written: ${error.message}`);
  if (!serving) process.exit(Exit.Failed);
});
// There is nobody left to tell.
process.stderr.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // Commander has said what was wrong; its own code for help and version that were asked for is 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.Done : Exit.Usage;
  if (!(error instanceof Failure)) throw error;
  say(error.message);
  return error.exit;
}

function say(message: string): void {
  const { red } = colors(process.stderr);
  remark(`${red("doorbell:")} ${printable(redacted(message))}`);
}

/** Commander's complaint in our words: one line. */
function complaint(message: string): string {
  const { red } = colors(process.stderr);
  const line = message
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  const hint = line.includes("(Did you mean") ? "" : " (--help lists what there is)";
  return `${red("doorbell:")} ${printable(redacted(line))}${hint}\n`;
}
