import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Command } from "commander";

import { printable, printableJson } from "../printable.ts";
import {
  askHub,
  type HttpOptions,
  httpUrl,
  type HubAddress,
  spellHub,
  withHttpPort,
  withHubAddress,
} from "./address.ts";
import { request } from "./hub-api.ts";
import { dataFolder, dataOption, settingsPath } from "./options.ts";
import { colors, Exit, Failure, print } from "./output.ts";

interface StatusOptions extends HubAddress, HttpOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function addStatus(program: Command): void {
  withHttpPort(withHubAddress(program.command("status")))
    .addOption(dataOption("the hub's data folder"))
    .description("say whether a hub is up, what it serves, and which settings are in force")
    .option("--json", "for programs")
    .addHelpText("after", "\nExits with 3 when no hub answers.")
    .action(status);
}

async function status(options: StatusOptions, command: Command): Promise<void> {
  const hub = spellHub(options);
  const path = settingsPath();
  const settings = { file: path, found: existsSync(path), given: given(command) };
  const data = { folder: dataFolder(options.data), keys: existsSync(join(dataFolder(options.data), "keys.json")) };
  try {
    const answered = await question(options);
    const http = await httpOf(options);
    if (options.json === true) return print(printableJson({ hub, up: true, ...answered, http, data, settings }));
    const { bold, dim, green, yellow } = colors(process.stdout);
    print(`${bold("hub")}       ${printable(hub)} is ${green("up")}, answers in ${answered.answerMs} ms`);
    print(`${bold("sources")}   ${printable(answered.sources.join(" "))}`);
    const answers = http.up
      ? `is ${green("up")}`
      : `is ${yellow("not up")}: ${printable(http.why ?? "it is not well")}`;
    print(`${bold("http")}      ${http.url === undefined ? "" : `${printable(http.url)} `}${answers}`);
    print(`${bold("data")}      ${printable(data.folder)}${data.keys ? "" : dim(" (no keys there)")}`);
    print(`${bold("settings")}  ${printable(path)}${settings.found ? "" : dim(" (not there)")}`);
    for (const { name, value, from } of settings.given)
      print(`          ${name} = ${printable(String(value))} ${dim(`(${from})`)}`);
    if (settings.given.length === 0) print(dim("          all at their defaults"));
  } catch (error) {
    // A program reads standard output, whatever the answer is; the line on standard error follows.
    if (options.json === true && error instanceof Failure && error.exit === Exit.Unreachable)
      print(printableJson({ hub, up: false, why: error.message, data, settings }));
    throw error;
  }
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

async function question(hub: HubAddress): Promise<{ readonly answerMs: number; readonly sources: readonly string[] }> {
  return askHub(hub, async (ask) => {
    await ask({ verb: "ping" }, /^pong$/);
    // The second answer is timed: the first had to wait for the connection.
    const began = performance.now();
    const line = await ask({ verb: "sources" });
    const sources = line === "" ? [] : line.split(" ");
    return { answerMs: Number((performance.now() - began).toFixed(1)), sources };
  });
}

/** Whether HTTP is served there; a hub may do without. */
async function httpOf(
  options: HttpOptions,
): Promise<{ readonly url?: string; readonly up: boolean; readonly why?: string }> {
  let url: string | undefined;
  try {
    url = httpUrl(options);
    const { value } = await request(`${url}/health`, { method: "GET" });
    return { url, up: (value as { readonly status?: unknown } | undefined)?.status === "ok" };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const why =
      error.exit === Exit.Unreachable
        ? "a hub can be without (--no-http), or have it at another --http-port"
        : error.message;
    return { ...(url !== undefined && { url }), up: false, why };
  }
}
