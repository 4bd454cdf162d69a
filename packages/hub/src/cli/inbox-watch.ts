import { LineError } from "@doorbell-js/doorbell/line";
import type { Command } from "commander";

import { FIRST_INBOX } from "../inbox/index.ts";
import { Exit, Failure } from "./failure.ts";
import { givenKey, type KeyOptions, keysOfFolder, withKeys } from "./key-options.ts";

/** The source that a reading key opens. */
export const INBOX = "inbox";

/** Which inbox a command watches, as its options say: a name, or that of the first. */
export interface InboxChoice extends KeyOptions {
  readonly inbox?: string | true;
}

export function withInbox(command: Command): Command {
  return withKeys(
    command.option("--inbox [name]", `what comes to an inbox (default: ${FIRST_INBOX}), and of the rest only --source`),
  );
}

/** The key that opens it to readers; nothing if no inbox is watched. */
export function readingKey(options: InboxChoice): string | undefined {
  if (options.inbox === undefined) return undefined;
  const given = givenKey(options);
  if (given !== undefined) {
    if (given.kind !== "read") throw new Failure(Exit.Usage, "an inbox is read with a key that begins with read_");
    return given.text();
  }
  const name = nameOf(options);
  const { read } = keysOfFolder(options).inboxes.get(name) ?? {};
  if (read === undefined)
    throw new Failure(Exit.Failed, `no reading key of an inbox "${name}" is known here: ${renewal(name)}`);
  return read.text();
}

/** What is said of a key that the hub refuses. */
export function refusedKey(options: InboxChoice, error: unknown): Failure | undefined {
  if (options.inbox === undefined || !(error instanceof LineError) || error.code !== "Refused") return undefined;
  if (error.message.includes("unknown command"))
    return new Failure(Exit.Failed, "that hub has no inboxes: is it an older one?", { cause: error });
  if (!error.message.startsWith("the key was refused")) return undefined;
  const name = nameOf(options);
  return new Failure(Exit.Failed, `the hub has no inbox for the key of "${name}": ${renewal(name)}`, { cause: error });
}

function nameOf({ inbox }: InboxChoice): string {
  return typeof inbox === "string" ? inbox : FIRST_INBOX;
}

function renewal(name: string): string {
  return `"doorbell inbox" lists what there is, and "doorbell inbox keys ${name} --renew read" makes a new key`;
}
