import { text as readAll } from "node:stream/consumers";

import type { Command } from "commander";

import { Exit, Failure } from "./failure.ts";
import { request } from "./http-request.ts";

interface RingOptions {
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
    .argument("<address>", "of the bell, as whoever made it gave it")
    .argument("[text...]", "what to say; - reads it from standard input")
    .option("--title <title>", "a title")
    .option("--priority <priority>", "1 to 5, or min, low, default, high, max")
    .option("--tags <tags>", "tags, with commas between them")
    .option("--click <url>", "what a click on it opens")
    .option("--idempotency-key <key>", "the same ring, sent again within a day under the same key, is one")
    .addHelpText(
      "after",
      `
Prints nothing when it was heard. As curl would ring it: curl -d TEXT ADDRESS

Examples:
  $ doorbell ring http://127.0.0.1:6788/b/… "Backup successful"
  $ make 2>&1 | tail -5 | doorbell ring --title "make failed" --priority high http://127.0.0.1:6788/b/… -`,
    )
    .action(ring);
}

async function ring(address: string, words: readonly string[], options: RingOptions): Promise<void> {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    throw new Failure(
      Exit.Usage,
      'the address of a bell begins with http:// or https://, as "doorbell bell new" prints it',
    );
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

/** As it can stand in a header: what is not plain ASCII as an encoded word of RFC 2047. */
function encoded(value: string): string {
  return /^[ -~]*$/.test(value) && !value.includes("=?")
    ? value
    : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;
}
