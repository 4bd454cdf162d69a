import type { Command } from "commander";
import { type HubAddress, spellHub, withHubAddress } from "./address.ts";
import { askHub } from "./ask.ts";
import { settingsPath } from "./settings.ts";
import { colors, print, printable } from "./terminal.ts";
import { existsSync } from "node:fs";

interface StatusOptions extends HubAddress {
  readonly json?: boolean;
}

export function addStatus(program: Command): void {
  withHubAddress(program.command("status"))
    .description("say whether a hub is up, what it serves, and which settings are in force")
    .option("--json", "for programs")
    .addHelpText("after", "\nExits with 3 when no hub answers.")
    .action(async (options: StatusOptions, command: Command) => {
      const hub = spellHub(options);
      const answered = await askHub(options, async (ask) => {
        const began = performance.now();
        await ask({ verb: "ping" });
        const answerMs = Number((performance.now() - began).toFixed(1));
        return { answerMs, sources: (await ask({ verb: "sources" })).split(" ") };
      });
      const path = settingsPath();
      const settings = { file: path, found: existsSync(path), given: given(command) };
      if (options.json === true) return print(JSON.stringify({ hub, up: true, ...answered, settings }));
      const { bold, dim, green } = colors(process.stdout);
      print(`${bold("hub")}       ${hub} is ${green("up")}, answers in ${answered.answerMs} ms`);
      print(`${bold("sources")}   ${printable(answered.sources.join(" "))}`);
      print(`${bold("settings")}  ${path}${settings.found ? "" : dim(" (not there: defaults are in force)")}`);
      for (const { name, value, from } of settings.given) print(`          ${name} = ${printable(String(value))} ${dim(`(${from})`)}`);
    });
}

/** The settings that are not at their defaults, and where they come from. */
function given(command: Command): readonly { name: string; value: unknown; from: string }[] {
  const names: Readonly<Record<string, string>> = { cli: "option", env: "environment", config: "file" };
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const from = names[command.getOptionValueSource(name) ?? ""];
    return from === undefined || name === "json" ? [] : [{ name, value: command.getOptionValue(name) as unknown, from }];
  });
}
