import { existsSync } from "node:fs";

import type { Command } from "commander";

import { type HubAddress, spellHub, withHubAddress } from "./address.ts";
import { askHub } from "./ask.ts";
import { Exit, Failure } from "./failure.ts";
import { settingsPath } from "./settings.ts";
import { colors, print, printable, printableJson } from "./terminal.ts";

interface StatusOptions extends HubAddress {
  readonly json?: boolean;
}

export function addStatus(program: Command): void {
  withHubAddress(program.command("status"))
    .description("say whether a hub is up, what it serves, and which settings are in force")
    .option("--json", "for programs")
    .addHelpText("after", "\nExits with 3 when no hub answers.")
    .action(status);
}

async function status(options: StatusOptions, command: Command): Promise<void> {
  const hub = spellHub(options);
  const path = settingsPath();
  const settings = { file: path, found: existsSync(path), given: given(command) };
  try {
    const answered = await question(options);
    if (options.json === true) return print(printableJson({ hub, up: true, ...answered, settings }));
    const { bold, dim, green } = colors(process.stdout);
    print(`${bold("hub")}       ${printable(hub)} is ${green("up")}, answers in ${answered.answerMs} ms`);
    print(`${bold("sources")}   ${printable(answered.sources.join(" "))}`);
    print(`${bold("settings")}  ${printable(path)}${settings.found ? "" : dim(" (not there)")}`);
    for (const { name, value, from } of settings.given)
      print(`          ${name} = ${printable(String(value))} ${dim(`(${from})`)}`);
    if (settings.given.length === 0) print(dim("          all at their defaults"));
  } catch (error) {
    // A program reads standard output, whatever the answer is; the line on standard error follows.
    if (options.json === true && error instanceof Failure && error.exit === Exit.Unreachable)
      print(printableJson({ hub, up: false, why: error.message, settings }));
    throw error;
  }
}

async function question(hub: HubAddress): Promise<{ readonly answerMs: number; readonly sources: readonly string[] }> {
  return askHub(hub, async (ask) => {
    await ask({ verb: "ping" }, /^pong$/);
    // The second answer is timed: the first had to wait for the connection.
    const began = performance.now();
    const sources = (await ask({ verb: "sources" })).split(" ");
    return { answerMs: Number((performance.now() - began).toFixed(1)), sources };
  });
}

/** The settings that are not at their defaults, and where they come from. */
function given(command: Command): readonly { name: string; value: unknown; from: string }[] {
  const names: Readonly<Record<string, string>> = { cli: "option", env: "environment", config: "file" };
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const from = names[command.getOptionValueSource(name) ?? ""];
    return from === undefined || name === "json"
      ? []
      : [{ name, value: command.getOptionValue(name) as unknown, from }];
  });
}
