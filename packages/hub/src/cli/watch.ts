import { Client, isSourceName, LineError } from "@doorbell-js/doorbell/line";
import { type Command, Option } from "commander";

import { printable, printableJson } from "../printable.ts";
import { connectOptions, failureOf, type HubAddress, noHub, spellHub, withHubAddress } from "./address.ts";
import {
  CommandRunner,
  INBOX,
  type InboxChoice,
  itemEnvironment,
  itemText,
  readingKey,
  readItem,
  refusedKey,
  withInbox,
} from "./items.ts";
import { stopSignal } from "./options.ts";
import { colors, Exit, Failure, printWhole, remark } from "./output.ts";
import { type PopupOptions, Popups, withPopupOptions } from "./popups.ts";

interface WatchOptions extends HubAddress, PopupOptions, InboxChoice {
  readonly source?: readonly string[];
  readonly json?: boolean;
  readonly exec?: string;
  readonly desktop?: boolean;
  readonly new?: boolean;
}

export function addWatch(program: Command): void {
  const command = withInbox(withHubAddress(program.command("watch")))
    .description("print what is new, a line for each item, until Ctrl-C")
    .option("-s, --source <name...>", "only of these sources (default: all that the hub has)")
    .option("--new", "only what comes from now on")
    .option("--json", "for programs: an object with source, item and at (the time) on each line")
    .addOption(
      new Option(
        "--exec <command>",
        "run a shell command for each item, one at a time, instead of printing it",
      ).conflicts("json"),
    )
    .option("--desktop", "pop items up on the desktop, instead of printing them or besides --json or --exec");
  withPopupOptions(command)
    .addHelpText(
      "after",
      `
At each start comes first what the hub has for a new reader: the newest 100 ads, or items of an
inbox, to --exec and --desktop too. --new leaves them out.

A command finds the item in the environment, as $DOORBELL_SOURCE and $DOORBELL_ITEM; what came to
an inbox as JSON, and as $DOORBELL_LABEL (of the bell), $DOORBELL_TITLE, $DOORBELL_TEXT,
$DOORBELL_PRIORITY, $DOORBELL_TAGS and $DOORBELL_CLICK. Put them in double quotes: what they hold was
written by others. The next item waits until it has ended.

A pop-up can be copied by a click, and a page that it names be opened, where there are programs
for that: wl-copy, xclip or xsel; xdg-open. Bursts are summarised in one pop-up. --urgency,
--replace and --expire are for --desktop; without --urgency an item of an inbox is as urgent as its
priority says, and a click opens what it names. "doorbell desktop install" has it start with your session.

Examples:
  $ doorbell watch
  random     456902234
  classified Nice appart in the 11e.
  $ doorbell watch --source classified --json | jq -r .item
  $ doorbell watch --source classified --exec 'echo "$DOORBELL_ITEM" >>ads.txt'
  $ doorbell watch --desktop --urgency random=low classified=critical
  $ doorbell watch --inbox
  $ doorbell watch --inbox builds --new --exec 'echo "$DOORBELL_LABEL: $DOORBELL_TEXT" >>builds.txt'

When the hub is restarted, the watch goes on with it.`,
    )
    .action(watch);
}

async function watch(options: WatchOptions): Promise<void> {
  const stray = (["urgency", "replace", "expire"] as const).find((name) => options[name] !== undefined);
  if (options.desktop !== true && stray !== undefined)
    throw new Failure(Exit.Usage, `--${stray} is for pop-ups: give --desktop, too`);
  await using watcher = await open(options);
  const chosen = await choose(watcher, options);
  const sources = chosen.map(({ source }) => source);
  await using popups = options.desktop === true ? await Popups.open(options) : undefined;
  watcher.where = spellHub(options);
  await using runner = options.exec === undefined ? undefined : new CommandRunner(options.exec);
  const shows: Show[] = [];
  if (popups !== undefined) shows.push(async (source, item) => popUp(popups, source, item));
  if (runner !== undefined) shows.push((source, item) => runner.run(source, item, environmentOf(source, item)));
  else if (popups === undefined || options.json === true) shows.push(printer(options.json === true, sources));
  // One that ends by itself does so with an error, which is the watch's.
  await Promise.race([stopSignal(), Promise.all(chosen.map((each) => follow(watcher, each, shows)))]).catch(
    (error: unknown) => {
      throw refusedKey(options, error, watcher.keyEnd) ?? failureOf(error, options);
    },
  );
  await watcher.close();
}

/**
 * The watch's loop, one for each source. For each item: every `show` takes it in turn, unless it is known or the watch was
 * stopped; the next item is fetched when all are done. Resolves when the hub has come back without this source; the others
 * go on.
 */
async function follow(watcher: Watcher, { source, skipped }: Chosen, shows: readonly Show[]): Promise<void> {
  let known = skipped;
  try {
    for await (const value of watcher.items(source)) {
      const item = String(value);
      const isKnown = item === known;
      known = undefined;
      for (const show of shows) if (!watcher.isStopped && !isKnown) await show(source, item);
    }
  } catch (error) {
    if (watcher.isOver || !(error instanceof LineError) || error.code !== "Refused") throw error;
    watcher.failed(new Error(`${source} is watched no more: ${error.message.replace("the server", "the hub")}`));
  }
}

/** What is done with an item. The next one of its source is fetched when that is over. */
type Show = (source: string, item: string) => Promise<void>;

/** A source to be watched, and what it said that is not new. */
interface Chosen {
  readonly source: string;
  readonly skipped: string | undefined;
}

async function open(options: WatchOptions): Promise<Watcher> {
  try {
    const key = readingKey(options);
    return await Watcher.connect({
      ...connectOptions(options),
      backoffMaxMs: 10_000,
      ...(key !== undefined && { key }),
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refusedKey(options, error) ?? failureOf(error, options);
  }
}

/** The sources to be watched, of those that there are. The watcher is in notification mode then, or has read all. */
async function choose(watcher: Watcher, options: WatchOptions): Promise<readonly Chosen[]> {
  try {
    const known = await sourcesOf(watcher, options);
    const { source: given = options.inbox === undefined ? known : [] } = options;
    const wanted = options.inbox === undefined ? given : [INBOX, ...given];
    const missing = wanted.find((name) => !known.includes(name));
    if (missing !== undefined)
      throw new Failure(Exit.Failed, `the hub has no source "${missing}": it has ${known.join(", ")}`);
    const sources = [...new Set(wanted)];
    if (sources.length === 0)
      throw new Failure(
        Exit.Failed,
        "the hub has no source that everybody can watch: give --inbox for an inbox of yours",
      );
    if (options.new !== true) {
      await watcher.notify();
      return sources.map((source) => ({ source, skipped: undefined }));
    }
    // Outside the mode: what comes meanwhile is announced when it is entered.
    const chosen: Chosen[] = [];
    for (const source of sources) chosen.push({ source, skipped: await skip(watcher, source) });
    return chosen;
  } catch (error) {
    throw error instanceof Failure ? error : failureOf(error, options);
  }
}

async function sourcesOf(watcher: Watcher, options: WatchOptions): Promise<readonly string[]> {
  try {
    const line = await watcher.command("sources");
    const names = line === "" ? [] : line.split(" ");
    if (!names.every(isSourceName)) throw new Failure(Exit.Failed, noHub(options, line));
    return names;
  } catch (error) {
    // The original server refuses what it does not know, or says nothing.
    if (error instanceof LineError && (error.code === "Refused" || error.code === "TimedOut")) return PLAIN_SOURCES;
    throw error;
  }
}

/** What a server without the command `sources` has: that of the how-to. */
const PLAIN_SOURCES = ["random", "classified"];

/** A new reader finds as many items unread at most. */
const UNREAD_MAX = 100;

/**
 * Reads what is there, and shows it to nobody: it is known then, also to the next connection. Gives what a source may say
 * again that has but one thing to say.
 */
async function skip(watcher: Watcher, source: string): Promise<string | undefined> {
  for (let read = 0; read < UNREAD_MAX; read += 1) {
    const item = await watcher.fetch(source);
    if (source === "random" || source === "network") return item;
    if (item === "") break;
  }
  return undefined;
}

function popUp(popups: Popups, source: string, item: string): void {
  const read = source === INBOX ? readItem(item) : undefined;
  if (read === undefined) popups.show(source, item);
  else popups.showItem(read);
}

function environmentOf(source: string, item: string): NodeJS.ProcessEnv {
  const read = source === INBOX ? readItem(item) : undefined;
  return read === undefined ? {} : itemEnvironment(read);
}

function printer(json: boolean, sources: readonly string[]): Show {
  const at = (): string => new Date().toISOString();
  if (json) return (source, item) => printWhole(printableJson({ source, item: jsonOf(source, item), at: at() }));
  const { cyan } = colors(process.stdout);
  const width = process.stdout.isTTY ? Math.max(...sources.map((source) => source.length)) : 0;
  return (source, item) =>
    printWhole(
      `${cyan(source)}${" ".repeat(Math.max(1, width + 1 - source.length))}${printable(textOf(source, item))}`,
    );
}

/** An item of an inbox as the object that it is. */
function jsonOf(source: string, item: string): unknown {
  return source === INBOX && readItem(item) !== undefined ? (JSON.parse(item) as unknown) : item;
}

function textOf(source: string, item: string): string {
  const read = source === INBOX ? readItem(item) : undefined;
  return read === undefined ? item : itemText(read);
}

/** A client that says on standard error when the hub goes, when it is back, and what it refuses. */
export class Watcher extends Client {
  /** Whether the client has ended: there will be no other connection. */
  isOver = false;
  /** The hub's address, as a person reads it; empty while nothing is to be said of it yet. */
  #where = "";
  /** Why the hub is gone, if it is. */
  #lost: string | undefined;
  #keyEnd: string | undefined;
  #isStopped = false;

  /** From now on it is said what becomes of the hub; that it has gone before, too. */
  set where(address: string) {
    this.#where = address;
    this.#remarkLoss();
  }

  /** Whether it was closed: what still waits is not shown any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Gives the reason for which the key opens its inbox no more, in the hub's words. */
  get keyEnd(): string | undefined {
    return this.#keyEnd;
  }

  override connectionMade(): void {
    if (this.#lost !== undefined && this.#where !== "") this.#remark(`The hub at ${this.#where} is back.`);
    this.#lost = undefined;
  }

  override connectionLost({ cause }: LineError, reconnects: boolean): void {
    this.isOver = !reconnects;
    if (!reconnects || this.#isStopped) return;
    const said = cause instanceof Error ? cause.message.replace("the server answered: ", "") : "";
    // The hub is there; and it refuses the key on the next connection, which ends the watch.
    this.#keyEnd = /^the key opens no inbox any more: (.*)/.exec(said)?.[1];
    if (this.#keyEnd !== undefined) return;
    this.#lost = said === "" ? "" : ` (${said})`;
    this.#remarkLoss();
  }

  override failed(error: unknown): void {
    this.#remark(error instanceof Error ? error.message : String(error));
  }

  override close(): Promise<void> {
    this.#isStopped = true;
    return super.close();
  }

  #remarkLoss(): void {
    if (this.#lost === undefined || this.#where === "") return;
    this.#remark(`The hub at ${this.#where} is gone${this.#lost}. Waiting for it to come back ...`);
  }

  #remark(text: string): void {
    remark(colors(process.stderr).dim(printable(text)));
  }
}
