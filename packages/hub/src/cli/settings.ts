import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type Command, InvalidArgumentError, Option } from "commander";

import { Exit, Failure } from "./failure.ts";
import { xdgFolder } from "./xdg.ts";

/**
 * A setting is an option that can also come from the environment (DOORBELL_ and its name) or from the settings file,
 * a JSON object. What is nearer wins: option, environment, file, default.
 */
class Setting extends Option {
  readonly variable: string;

  constructor(flags: string, description: string) {
    super(flags, description);
    this.variable = `DOORBELL_${this.name().replaceAll("-", "_").toUpperCase()}`;
    this.env(this.variable);
  }
}

export function setting(flags: string, description: string): Option {
  return new Setting(flags, description);
}

const off: ReadonlySet<string> = new Set(["0", "false", "no", "off"]);

/** Takes variables that are empty, and those that turn a switch off, for not given. (Commander would take them for given.) */
export function tidyEnvironment(commands: readonly Command[], environment: NodeJS.ProcessEnv): void {
  for (const option of optionsOf(commands)) {
    if (!(option instanceof Setting)) continue;
    const value = environment[option.variable];
    if (value === "" || (option.isBoolean() && value !== undefined && off.has(value.toLowerCase())))
      delete environment[option.variable];
  }
}

/** Those of all commands, and of the commands of commands. */
function optionsOf(commands: readonly Command[]): readonly Option[] {
  return commands.flatMap((command) => [...command.options, ...optionsOf(command.commands)]);
}

/** The file that is read: $DOORBELL_CONFIG, or doorbell/config.json in the XDG configuration folder. */
export function settingsPath(): string {
  const named = process.env["DOORBELL_CONFIG"];
  if (named !== undefined && named !== "") return named;
  return join(xdgFolder("XDG_CONFIG_HOME"), "doorbell", "config.json");
}

/** Gives `command` the settings of the file that neither its options nor the environment gave. */
export function applySettingsFile(command: Command): void {
  const path = settingsPath();
  const values = readSettingsFile(path);
  if (values === undefined) return;
  let program = command;
  while (program.parent !== null) program = program.parent;
  const known = optionsOf([program]).filter((option) => option instanceof Setting);
  for (const [name, value] of Object.entries(values)) {
    if (!known.some((option) => option.attributeName() === name)) {
      const names = [...new Set(known.map((option) => option.attributeName()))].join(", ");
      throw new Failure(Exit.Usage, `${path}: there is no setting "${name}"; there are ${names}`);
    }
    const option = command.options.find((each) => each.attributeName() === name);
    if (option === undefined || isNearer(command.getOptionValueSource(name))) continue;
    command.setOptionValueWithSource(name, parse(option, value, path), "config");
  }
}

/** Whether a value that came from there wins over the file's. */
function isNearer(source: string | undefined): boolean {
  return source !== undefined && source !== "default";
}

function parse(option: Option, value: unknown, path: string): unknown {
  const expected = option.isBoolean() ? "boolean" : "string or number";
  if (option.isBoolean() ? typeof value !== "boolean" : typeof value !== "string" && typeof value !== "number")
    throw new Failure(
      Exit.Usage,
      `${path}: "${option.attributeName()}" is a ${expected}, not ${JSON.stringify(value)}`,
    );
  if (option.isBoolean()) return value;
  if (option.parseArg === undefined) return String(value);
  try {
    return option.parseArg(String(value), undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new Failure(Exit.Usage, `${path}: "${option.attributeName()}" is ${JSON.stringify(value)}. ${error.message}`);
  }
}

function readSettingsFile(path: string): Record<string, unknown> | undefined {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    // Who names a file wants it read; the one in the usual place need not be there.
    if (missing && path === process.env["DOORBELL_CONFIG"])
      throw new Failure(Exit.Usage, `DOORBELL_CONFIG names a file that is not there: ${path}`);
    if (missing) return undefined;
    throw new Failure(Exit.Usage, `the settings file cannot be read: ${message}`);
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values))
      return values as Record<string, unknown>;
  } catch (error) {
    throw new Failure(Exit.Usage, `${path} is not JSON: ${(error as Error).message}`);
  }
  throw new Failure(Exit.Usage, `${path} is not a JSON object of settings`);
}
