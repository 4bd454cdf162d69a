/**
 * How a command is told what to do: by options, the environment and the settings file, by the data folder and the keys in
 * it, and by the signal to stop.
 */

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

import { type Command, InvalidArgumentError, Option } from "commander";

import { Key } from "../inbox/key.ts";
import { type Keys, KeysFileError, readKeys, writeKeys } from "../keys-file.ts";
import { Exit, Failure } from "./output.ts";

export function setting(flags: string, description: string): Option {
  return new Setting(flags, description);
}

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

/** Takes variables that are empty, and those that turn a switch off, for not given. (Commander would take them for given.) */
export function tidyEnvironment(commands: readonly Command[], environment: NodeJS.ProcessEnv): void {
  for (const option of optionsOf(commands)) {
    if (!(option instanceof Setting)) continue;
    const value = environment[option.variable];
    if (value === "" || (option.isBoolean() && value !== undefined && offWords.has(value.toLowerCase())))
      delete environment[option.variable];
  }
}

const offWords: ReadonlySet<string> = new Set(["0", "false", "no", "off"]);

/** Those of all commands, and of the commands of commands. */
function optionsOf(commands: readonly Command[]): readonly Option[] {
  return commands.flatMap((command) => [...command.options, ...optionsOf(command.commands)]);
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
    command.setOptionValueWithSource(name, parseSetting(option, value, path), "config");
  }
}

/** The file that is read: $DOORBELL_CONFIG, or doorbell/config.json in the XDG configuration folder. */
export function settingsPath(): string {
  const named = process.env["DOORBELL_CONFIG"];
  if (named !== undefined && named !== "") return named;
  return join(xdgFolder("XDG_CONFIG_HOME"), "doorbell", "config.json");
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

/** Whether a value that came from there wins over the file's. */
function isNearer(source: string | undefined): boolean {
  return source !== undefined && source !== "default";
}

function parseSetting(option: Option, value: unknown, path: string): unknown {
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

/** Reads the value of an option, as those that follow do: gives it, or says what is expected. */
export function port(text: string): number {
  return whole(text, 0, 65_535);
}

export function perMinute(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 60_000))
    throw new InvalidArgumentError("Expected a number from 0 to 60000.");
  return value;
}

/** Milliseconds; `Infinity` for `off`. */
export function idle(text: string): number {
  if (text === "off") return Infinity;
  const ms = duration(text, "smhd");
  if (ms !== undefined && ms >= 1_000 && ms <= 24 * DAY_MS) return ms;
  throw new InvalidArgumentError("Expected a time with its unit, as 30s, 5m or 1h, from 1s to 24d; or off, for never.");
}

/** Reads a number with one of the units `s`, `m`, `h` and `d` that are allowed, as 12h: milliseconds; `undefined` if it is none. */
export function duration(text: string, allowed: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return allowed.includes(unit) && number !== undefined ? Number(number) * (UNITS[unit] ?? NaN) : undefined;
}

export const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** Lets an option be `none`, too. It stays the word itself: commander would take null for a value that is missing. */
export function orNone(read: (text: string) => number): (text: string) => number | "none" {
  return (text) => (text === "none" ? text : read(text));
}

export function count(text: string): number {
  return whole(text, 1, 100);
}

/** Reads a limit: a number of things that there may be. */
export function most(text: string): number {
  return whole(text, 1, 1_000_000);
}

function whole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  return value;
}

/** A base folder of the XDG specification, by which a path that is not absolute is to be ignored. */
export function xdgFolder(variable: keyof typeof usualFolders): string {
  const named = process.env[variable];
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), ...usualFolders[variable]);
}

/** Where each is if the environment does not say, below the home folder. */
const usualFolders = { XDG_CONFIG_HOME: [".config"], XDG_DATA_HOME: [".local", "share"] } as const;

/** The option that names a data folder. */
export function dataOption(description: string): Option {
  return setting("--data <folder>", `${description} (default: doorbell in your data folder)`);
}

/** The folder that is named; else doorbell in the XDG data folder. */
export function dataFolder(named: string | undefined): string {
  return named ?? join(xdgFolder("XDG_DATA_HOME"), "doorbell");
}

/** The argument that brings another command to the same folder. */
export function dataArgument(named: string | undefined): string {
  if (named === undefined) return "";
  return ` --data ${/^[\w./-]+$/.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`}`;
}

/** Which key a command uses, as its options say. */
export interface KeyOptions {
  readonly data?: string;
  /** From wherever it came: {@link readKeyFile}. */
  readonly key?: string;
}

/** Gives a command the options that say which key it uses. */
export function withKeys(command: Command): Command {
  return command
    .addOption(dataOption("the hub's data folder, where its keys are"))
    .addOption(keyOption())
    .addOption(keyFileOption());
}

/** A key is no example, and is shown in no list of settings. */
function keyOption(): Option {
  return setting(
    "--key <key>",
    "use this key, and not those of the data folder (a list of processes shows it; not so DOORBELL_KEY, nor a file)",
  );
}

function keyFileOption(): Option {
  return setting("--key-file <file>", "use the key that is the first line of this file");
}

/** Takes the key of a command from the file that its options name, before it runs. */
export function readKeyFile(command: Command): void {
  const file: unknown = command.getOptionValue("keyFile");
  if (typeof file !== "string") return;
  const source = command.getOptionValueSource("keyFile") ?? "default";
  if (command.getOptionValue("key") !== undefined) {
    // The settings file gives way to what is nearer, as in all else.
    const isOfSettings = command.getOptionValueSource("key") === "config";
    if (source === "config" && !isOfSettings) return;
    if (source === "config" || !isOfSettings)
      throw new Failure(Exit.Usage, "two keys are given, by --key or DOORBELL_KEY and by --key-file: give one");
  }
  command.setOptionValueWithSource("key", readSecret("--key-file", file), source);
}

/** More than any key or address of a bell has. */
const SECRET_BYTES_MAX = 4_096;

/**
 * Reads the first line of a file that holds a key or an address: a list of processes shows what stands on a command line.
 *
 * @throws Failure that shows nothing of what the file holds
 */
export function readSecret(option: string, file: string): string {
  const [line = ""] = readStart(option, file).split(/\r?\n/, 1);
  if (line.trim() === "") throw new Failure(Exit.Usage, `${option}: the first line of ${file} is empty`);
  return line.trim();
}

/** The beginning, as far as a first line can go. It may be no file but a pipe, as of a password store. */
function readStart(option: string, file: string): string {
  const bytes = Buffer.alloc(SECRET_BYTES_MAX);
  let length = 0;
  try {
    const opened = openSync(file, "r");
    try {
      for (
        let more = 1;
        more > 0 && length < SECRET_BYTES_MAX && !bytes.subarray(0, length).includes("\n");
        length += more
      )
        more = readSync(opened, bytes, length, SECRET_BYTES_MAX - length, null);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw new Failure(Exit.Usage, `${option}: ${(error as Error).message}`);
  }
  return bytes.toString("utf8", 0, length);
}

/** The key that was given; nothing if none was. Nothing of what is none is shown. */
export function givenKey({ key }: KeyOptions): Key | undefined {
  if (key === undefined) return undefined;
  const parsed = Key.parse(key);
  if (parsed === undefined || parsed.kind === "bell" || parsed.kind === "session")
    throw new Failure(
      Exit.Usage,
      "--key is a key that begins with owner_, manage_ or read_, as the hub made it; so is the first line of --key-file",
    );
  return parsed;
}

/** The keys of the data folder. */
export function keysOfFolder(options: KeyOptions): Keys {
  const folder = dataFolder(options.data);
  try {
    const keys = readKeys(folder);
    if (keys !== undefined) return keys;
  } catch (cause) {
    throw keysFailure(cause);
  }
  throw new Failure(
    Exit.Failed,
    `there are no keys in ${folder}: "doorbell serve" makes them at its first start; or say where they are with --data, or give one with DOORBELL_KEY or --key-file`,
  );
}

/** Notes the keys of an inbox in the data folder, or that there is none of that name any more. */
export function noteKeys(
  options: KeyOptions,
  name: string,
  change: (before: {
    readonly read?: Key;
    readonly manage?: Key;
  }) => { readonly read?: Key; readonly manage?: Key } | undefined,
): void {
  // Read anew: another command may have changed them meanwhile.
  const { owner, inboxes } = keysOfFolder(options);
  const changed = new Map(inboxes);
  const keys = change(inboxes.get(name) ?? {});
  if (keys === undefined) changed.delete(name);
  else changed.set(name, keys);
  try {
    writeKeys(dataFolder(options.data), { owner, inboxes: changed });
  } catch (cause) {
    throw keysFailure(cause);
  }
}

function keysFailure(cause: unknown): unknown {
  return cause instanceof KeysFileError ? new Failure(Exit.Failed, cause.message, { cause }) : cause;
}

/**
 * Returns a complaint, which may quote what was typed, without keys, addresses of bells and login links; and without every
 * word that could be one without the rest: a long run of the characters of base64url with a digit or a capital letter.
 * They may be glued to something else, as in a mistyped option.
 */
export function redacted(message: string): string {
  return message
    .replace(/(owner|manage|read|session)_[\w-]{8,}/g, "$1_…")
    .replace(/(\/b\/|\/login#)[\w-]{8,}/g, "$1…")
    .replace(/[\w-]{32,}/g, (word) => (/[A-Z\d]/.test(word) ? "…" : word));
}

/** The time between two looks whether npm is still there, if npm started this. */
const LOOK_MS = 1_000;

/** Resolves at the first signal to stop, or when the npm that runs this has gone. The second signal ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const [signal, number] of [
      ["SIGINT", 2],
      ["SIGTERM", 15],
    ] as const)
      process.on(signal, () => {
        if (stopping) process.exit(128 + number);
        stopping = true;
        resolve();
      });
    const npm = npmAbove();
    if (npm === undefined) return;
    // A signal to npm or npx alone is meant for this process: npm passes on no signal that it does not hear of, and npx only to its shell.
    const looking = setInterval(() => {
      if (npm() || stopping) return;
      clearInterval(looking);
      stopping = true;
      resolve();
    }, LOOK_MS);
    looking.unref();
  });
}

/** Tells whether the npm that runs this is still there; nothing if none does. A script of npm may leave a hub behind. */
function npmAbove(): (() => boolean) | undefined {
  if (!["start", "exec"].includes(process.env["npm_command"] ?? "")) return undefined;
  const parent = process.ppid;
  // npm start runs this itself, npx through a shell.
  if (isNpm(parent)) return () => process.ppid === parent;
  const above = parentOf(parent);
  if (above === undefined || !isNpm(above)) return undefined;
  return () => process.ppid === parent && parentOf(parent) === above;
}

function isNpm(pid: number): boolean {
  return /^npm\b/.test(statOf(pid).name);
}

function parentOf(pid: number): number | undefined {
  return statOf(pid).parent;
}

/** Returns the name of a process and the one that started it, where the system tells of them (Linux). */
function statOf(pid: number): { readonly name: string; readonly parent: number | undefined } {
  try {
    const [, name = "", parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, parent: Number(parent) };
  } catch {
    return { name: "", parent: undefined };
  }
}
