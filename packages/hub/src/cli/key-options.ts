import type { Command, Option } from "commander";

import { Key } from "../inbox/index.ts";
import { type Keys, KeysFileError, readKeys, writeKeys } from "../keys-file/index.ts";
import { dataFolder, dataOption } from "./data-folder.ts";
import { Exit, Failure } from "./failure.ts";
import { readSecret } from "./secrets.ts";
import { setting } from "./settings.ts";

/** Which key a command uses, as its options say. */
export interface KeyOptions {
  readonly data?: string;
  /** From wherever it came: {@link readKeyFile}. */
  readonly key?: string;
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

/** Gives a command the options that say which key it uses. */
export function withKeys(command: Command): Command {
  return command
    .addOption(dataOption("the hub's data folder, where its keys are"))
    .addOption(keyOption())
    .addOption(keyFileOption());
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
    throw failure(cause);
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
    throw failure(cause);
  }
}

function failure(cause: unknown): unknown {
  return cause instanceof KeysFileError ? new Failure(Exit.Failed, cause.message, { cause }) : cause;
}
