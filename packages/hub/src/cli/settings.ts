import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { Exit, Failure } from "./failure.ts";

/**
 * A setting is an option that can also come from the environment (DOORBELL_ and its name) or from the settings file,
 * a JSON object. What is nearer wins: option, environment, file, default.
 */
export function setting(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`DOORBELL_${option.name().replaceAll("-", "_").toUpperCase()}`);
}

export interface SettingsFile {
  readonly path: string;
  readonly found: boolean;
}

/** The file that is read: $DOORBELL_CONFIG, or doorbell/config.json in the XDG configuration folder. */
export function settingsPath(): string {
  const named = process.env["DOORBELL_CONFIG"];
  if (named !== undefined && named !== "") return named;
  const xdg = process.env["XDG_CONFIG_HOME"];
  // The XDG specification: a path that is not absolute is to be ignored.
  const folder = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".config");
  return join(folder, "doorbell", "config.json");
}

/** Gives `command` the settings of the file that neither its options nor the environment gave. */
export function applySettingsFile(command: Command): SettingsFile {
  const path = settingsPath();
  const values = read(path);
  if (values === undefined) return { path, found: false };
  const known = (command.parent?.commands ?? [command]).flatMap((each) => each.options).filter((option) => option.envVar !== undefined);
  for (const [name, value] of Object.entries(values)) {
    if (!known.some((option) => option.attributeName() === name)) {
      const names = [...new Set(known.map((option) => option.attributeName()))].join(", ");
      throw new Failure(Exit.Usage, `${path}: there is no setting "${name}"; there are ${names}`);
    }
    const option = command.options.find((each) => each.attributeName() === name);
    if (option === undefined || command.getOptionValueSource(name) !== "default" && command.getOptionValueSource(name) !== undefined) continue;
    command.setOptionValueWithSource(name, parse(option, value, path), "config");
  }
  return { path, found: true };
}

function parse(option: Option, value: unknown, path: string): unknown {
  const expected = option.isBoolean() ? "boolean" : "string or number";
  if (option.isBoolean() ? typeof value !== "boolean" : typeof value !== "string" && typeof value !== "number")
    throw new Failure(Exit.Usage, `${path}: "${option.attributeName()}" is a ${expected}, not ${JSON.stringify(value)}`);
  if (option.isBoolean() || option.parseArg === undefined) return value;
  try {
    return option.parseArg(String(value), undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new Failure(Exit.Usage, `${path}: "${option.attributeName()}" is ${JSON.stringify(value)}. ${error.message}`);
  }
}

function read(path: string): Record<string, unknown> | undefined {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Failure(Exit.Usage, `the settings file cannot be read: ${message}`);
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values)) return values as Record<string, unknown>;
  } catch (error) {
    throw new Failure(Exit.Usage, `${path} is not JSON: ${(error as Error).message}`);
  }
  throw new Failure(Exit.Usage, `${path} is not a JSON object of settings`);
}
