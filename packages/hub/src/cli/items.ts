/**
 * Items for a command: one of an inbox, read and written for a person or a shell command; the shell command that runs for
 * each; and which inbox is watched, by which key.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import { LineError } from "@doorbell-js/doorbell/line";
import type { Command } from "commander";

import { FIRST_INBOX } from "../inbox/rules.ts";
import { printable } from "../printable.ts";
import { givenKey, type KeyOptions, keysOfFolder, withKeys } from "./options.ts";
import { colors, Exit, Failure, remark } from "./output.ts";

/** An item of an inbox, as far as it is of its shape: it came over a network. */
export interface ShownItem {
  readonly sequence: number;
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** 1 to 5 */
  readonly priority: number;
  readonly tags: readonly string[];
  /** An address of http, https or mailto; empty if there is none. */
  readonly click: string;
}

/** The item in a line of JSON; `undefined` if there is none of that shape. */
export function readItem(line: string): ShownItem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { sequence, bell, title, text, priority, tags, click } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { label } = (bell ?? {}) as { readonly label?: unknown };
  if (!Number.isSafeInteger(sequence) || typeof label !== "string" || typeof text !== "string") return undefined;
  return {
    sequence: sequence as number,
    label,
    title: typeof title === "string" ? title : "",
    text,
    priority: [1, 2, 3, 4, 5].includes(priority as number) ? (priority as number) : 3,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    click: typeof click === "string" && isOpenable(click) ? click : "",
  };
}

/** What may be opened of what others say: no file, and no program. */
export function isOpenable(address: string): boolean {
  return /^(https?|mailto):/i.test(address) && URL.canParse(address) && printable(address) === address;
}

/** An item on one line, for a person; whatever is in it, it stays one line. */
export function itemText({ label, title, text, priority, tags, click }: ShownItem): string {
  const parts = [
    `${label}:`,
    ...(title === "" ? [] : [text === "" ? title : `${title}:`]),
    text.replaceAll("\n", " ⏎ "),
    ...tags.map((tag) => `#${tag}`),
    ...(priority === 3 ? [] : [`(priority ${priority})`]),
    ...(click === "" ? [] : [`<${click}>`]),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The same for a command, in its environment. */
export function itemEnvironment({ label, title, text, priority, tags, click }: ShownItem): NodeJS.ProcessEnv {
  return {
    DOORBELL_LABEL: label,
    DOORBELL_TITLE: title,
    DOORBELL_TEXT: text,
    DOORBELL_PRIORITY: String(priority),
    DOORBELL_TAGS: tags.join(","),
    DOORBELL_CLICK: click,
  };
}

/** How long a command that runs may take to end, once the watch is to end. */
const LINGER_MS = 2_000;

/** Runs a shell command for items, one at a time and in order. The item is in its environment, never in its text. */
export class CommandRunner implements AsyncDisposable {
  readonly #command: string;
  #last: Promise<void> = Promise.resolve();
  #child: ChildProcess | undefined;
  #isOver = false;

  constructor(command: string) {
    this.#command = command;
    // Also when the process is to end at once: nobody would wait for the command any more.
    process.once("exit", () => this.#terminate());
  }

  /** Resolves when the command has ended, well or not. */
  run(source: string, item: string, more: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#last = this.#last.then(() => this.#runNow(source, { ...more, DOORBELL_SOURCE: source, DOORBELL_ITEM: item }));
    return this.#last;
  }

  /** Lets the command that runs end; after a while, makes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#child === undefined) return;
    remark(colors(process.stderr).dim("Waiting for the command to end (Ctrl-C again to stop at once)"));
    const late = setTimeout(() => this.#terminate(), LINGER_MS);
    await this.#last;
    clearTimeout(late);
  }

  async #runNow(source: string, environment: NodeJS.ProcessEnv): Promise<void> {
    if (this.#isOver) return;
    const failure = await this.#end(environment).catch((error: unknown) => (error as Error).message);
    this.#child = undefined;
    if (failure !== undefined) complain(`the command failed for an item of ${source}: ${failure}`);
  }

  /** Runs the command to its end, and says how it failed. */
  async #end(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
    if (Object.values(environment).some((value) => value?.includes("\0")))
      return "it has a NUL, which no environment can hold";
    this.#child = spawn(this.#command, {
      shell: true,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
      // A group of its own: Ctrl-C at the terminal is for the watch, which lets the command end.
      detached: true,
    });
    const [code, signal] = (await once(this.#child, "exit")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    return signal === null ? `exit code ${code}` : `it was ended by ${signal}`;
  }

  /** Ends the command, and what it has started. */
  #terminate(): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  }
}

function complain(message: string): void {
  remark(`${colors(process.stderr).red("doorbell:")} ${printable(message)}`);
}

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

/** Returns the failure for a key that the hub refuses; if it opened an inbox before, the hub has said why it does not now. */
export function refusedKey(options: InboxChoice, error: unknown, keyEnd?: string): Failure | undefined {
  if (options.inbox === undefined || !(error instanceof LineError) || error.code !== "Refused") return undefined;
  if (error.message.includes("unknown command"))
    return new Failure(Exit.Failed, "that hub has no inboxes: is it an older one?", { cause: error });
  if (!error.message.startsWith("the key was refused")) return undefined;
  const name = nameOf(options);
  // A key that was given may be that of any inbox.
  const [inbox, meant] = options.key === undefined ? [`the inbox "${name}"`, name] : ["the inbox of that key", "NAME"];
  if (keyEnd === "its inbox was deleted") return new Failure(Exit.Failed, `${inbox} was deleted`, { cause: error });
  const fault =
    keyEnd === "it was renewed"
      ? `the key of ${inbox} was renewed: on the hub's machine, "doorbell inbox keys ${meant}" prints the new one`
      : `the hub has no inbox for the key of "${name}": ${renewal(name)}`;
  return new Failure(Exit.Failed, fault, { cause: error });
}

function nameOf({ inbox }: InboxChoice): string {
  return typeof inbox === "string" ? inbox : FIRST_INBOX;
}

function renewal(name: string): string {
  return `"doorbell inbox" lists what there is, and "doorbell inbox keys ${name} --renew read" makes a new key`;
}
