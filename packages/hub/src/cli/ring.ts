import { text as readAll } from "node:stream/consumers";

import type { Command } from "commander";

import { request } from "./hub-api.ts";
import { readSecret, setting } from "./options.ts";
import { Exit, Failure } from "./output.ts";

interface RingOptions {
  readonly addressFile?: string;
  readonly title?: string;
  readonly priority?: string;
  readonly tags?: string;
  readonly click?: string;
  readonly idempotencyKey?: string;
}

export function addRing(program: Command): void {
  program
    .command("ring")
    .description("ring a bell, here or on any other machine")
    .argument("[address]", "of the bell, as whoever made it gave it, if it is given in no other way")
    .argument("[text...]", "what to say; - reads it from standard input")
    .addOption(setting("--address-file <file>", "the address is the first line of this file"))
    .option("--title <title>", "a title")
    .option("--priority <priority>", "1 to 5, or min, low, default, high, max")
    .option("--tags <tags>", "tags, with commas between them")
    .option("--click <url>", "what a click on it opens")
    .option("--idempotency-key <key>", "the same ring, sent again within a day under the same key, is one")
    .addHelpText(
      "after",
      `
Prints nothing when it was heard. As curl would ring it: curl -d TEXT ADDRESS

Whoever has the address can ring the bell, and a list of processes shows what stands on a command line.
Where others use the machine, give it as DOORBELL_ADDRESS in the environment or in a file that is yours
alone: all words are what to say then.

Examples:
  $ doorbell ring http://127.0.0.1:6788/b/… "Backup successful"
  $ doorbell ring --address-file ~/.config/doorbell/backup "Backup successful"
  $ make 2>&1 | tail -5 | doorbell ring --title "make failed" --priority high http://127.0.0.1:6788/b/… -`,
    )
    .action(ring);
}

async function ring(
  first: string | undefined,
  others: readonly string[],
  options: RingOptions,
  command: Command,
): Promise<void> {
  const given = first === undefined ? others : [first, ...others];
  const { address, words } = addressed(given, options, command);
  const text = words.length === 1 && words[0] === "-" ? await readAll(process.stdin) : words.join(" ");
  const { title, priority, tags, click, idempotencyKey } = options;
  const headers = Object.entries({
    "X-Title": title,
    "X-Priority": priority,
    "X-Tags": tags,
    "X-Click": click,
    "Idempotency-Key": idempotencyKey,
  }).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, encoded(value)]]));
  await request(address, {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8", ...Object.fromEntries(headers) },
    body: text,
  });
}

/** The bell's address, and the words that are not it. */
function addressed(
  given: readonly string[],
  { addressFile }: RingOptions,
  command: Command,
): { readonly address: string; readonly words: readonly string[] } {
  const { DOORBELL_ADDRESS: variable = "" } = process.env;
  // The settings file gives way to the environment, as in all else.
  const file = variable !== "" && command.getOptionValueSource("addressFile") === "config" ? undefined : addressFile;
  if (variable === "" && file === undefined) {
    const [address, ...words] = given;
    if (address === undefined)
      throw new Failure(
        Exit.Usage,
        "say which bell: give its address as the first word, in DOORBELL_ADDRESS, or in a file with --address-file",
      );
    return { address: checked(address, "the first word"), words };
  }
  if (variable !== "" && file !== undefined)
    throw new Failure(Exit.Usage, "two addresses are given, by DOORBELL_ADDRESS and by --address-file: give one");
  const where = file === undefined ? "DOORBELL_ADDRESS" : "--address-file";
  if (isOfBell(given[0]))
    throw new Failure(Exit.Usage, `two addresses are given, by ${where} and as the first word: give one`);
  const address = file === undefined ? variable : readSecret(where, file);
  return { address: checked(address, `what ${where} gives`), words: given };
}

/** An address, of which nothing is shown if it is none. */
function checked(address: string, what: string): string {
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return address;
  throw new Failure(
    Exit.Usage,
    `${what} is no address: the address of a bell begins with http:// or https://, as "doorbell bell new" prints it`,
  );
}

/** Returns whether a word can only be meant as the address of a bell, and not as something to say. */
function isOfBell(word: string | undefined): boolean {
  return word !== undefined && /^https?:\/\/[^\s/]+\/b\/[\w-]{32}$/i.test(word);
}

/** As it can stand in a header: what is not plain ASCII as an encoded word of RFC 2047. */
function encoded(value: string): string {
  return /^[ -~]*$/.test(value) && !value.includes("=?")
    ? value
    : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;
}
