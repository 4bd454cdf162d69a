import { isSourceName, LineError } from "@doorbell-js/doorbell/line";
import { type Command, Option } from "commander";

import { type HubAddress, spellHub, withHubAddress } from "./address.ts";
import { noHub } from "./ask.ts";
import { CommandRunner } from "./command-runner.ts";
import { type PopupOptions, withPopupOptions } from "./desktop-options.ts";
import { connectOptions, failureOf } from "./dial.ts";
import { Exit, Failure } from "./failure.ts";
import { Popups } from "./popups.ts";
import { stopSignal } from "./stop-signal.ts";
import { colors, printable, printableJson, printWhole } from "./terminal.ts";
import { Watcher } from "./watcher.ts";

interface WatchOptions extends HubAddress, PopupOptions {
  readonly source?: readonly string[];
  readonly json?: boolean;
  readonly exec?: string;
  readonly desktop?: boolean;
}

/** What is done with an item. The next one of its source is fetched when that is over. */
type Show = (source: string, item: string) => Promise<void>;

/** What a server without the command `sources` has: that of the how-to. */
const PLAIN_SOURCES = ["random", "classified"];

export function addWatch(program: Command): void {
  const command = withHubAddress(program.command("watch"))
    .description("print what is new, a line for each item, until Ctrl-C")
    .option("-s, --source <name...>", "only of these sources (default: all that the hub has)")
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
A command finds the item in the environment, as $DOORBELL_SOURCE and $DOORBELL_ITEM. Put them
in double quotes: what they hold was written by others. The next item waits until it has ended.

A pop-up can be copied by a click, and a page that it names be opened, where there are programs
for that: wl-copy, xclip or xsel; xdg-open. Bursts are summarised in one pop-up. --urgency,
--replace and --expire are for --desktop; "doorbell desktop install" has it start with your session.

Examples:
  $ doorbell watch
  random     456902234
  classified Nice appart in the 11e.
  $ doorbell watch --source classified --json | jq -r .item
  $ doorbell watch --source classified --exec 'echo "$DOORBELL_ITEM" >>ads.txt'
  $ doorbell watch --desktop --urgency random=low classified=critical

When the hub is restarted, the watch goes on with it.`,
    )
    .action(watch);
}

async function watch(options: WatchOptions): Promise<void> {
  const stray = (["urgency", "replace", "expire"] as const).find((name) => options[name] !== undefined);
  if (options.desktop !== true && stray !== undefined)
    throw new Failure(Exit.Usage, `--${stray} is for pop-ups: give --desktop, too`);
  await using watcher = await open(options);
  const sources = await choose(watcher, options);
  await using popups = options.desktop === true ? await Popups.open(options) : undefined;
  watcher.where = spellHub(options);
  await using runner = options.exec === undefined ? undefined : new CommandRunner(options.exec);
  const shows: Show[] = [];
  if (popups !== undefined) shows.push(async (source, item) => popups.show(source, item));
  if (runner !== undefined) shows.push((source, item) => runner.run(source, item));
  else if (popups === undefined || options.json === true) shows.push(printer(options.json === true, sources));
  // One that ends by itself does so with an error, which is the watch's.
  await Promise.race([stopSignal(), Promise.all(sources.map((source) => follow(watcher, source, shows)))]);
  await watcher.close();
}

async function follow(watcher: Watcher, source: string, shows: readonly Show[]): Promise<void> {
  for await (const item of watcher.items(source))
    for (const show of shows) if (!watcher.isStopped) await show(source, String(item));
}

async function open(options: WatchOptions): Promise<Watcher> {
  try {
    return await Watcher.connect({ ...connectOptions(options), backoffMaxMs: 10_000 });
  } catch (error) {
    throw failureOf(error, options);
  }
}

/** The sources to be watched, of those that there are. The watcher is in notification mode then. */
async function choose(watcher: Watcher, options: WatchOptions): Promise<readonly string[]> {
  try {
    const known = await sourcesOf(watcher, options);
    const { source: wanted = known } = options;
    const missing = wanted.find((name) => !known.includes(name));
    if (missing !== undefined)
      throw new Failure(Exit.Failed, `the hub has no source "${missing}": it has ${known.join(", ")}`);
    await watcher.notify();
    return [...new Set(wanted)];
  } catch (error) {
    throw error instanceof Failure ? error : failureOf(error, options);
  }
}

async function sourcesOf(watcher: Watcher, options: WatchOptions): Promise<readonly string[]> {
  try {
    const line = await watcher.command("sources");
    const names = line.split(" ");
    if (!names.every(isSourceName)) throw new Failure(Exit.Failed, noHub(options, line));
    return names;
  } catch (error) {
    // The original server refuses what it does not know, or says nothing.
    if (error instanceof LineError && (error.code === "Refused" || error.code === "TimedOut")) return PLAIN_SOURCES;
    throw error;
  }
}

function printer(json: boolean, sources: readonly string[]): Show {
  if (json) return (source, item) => printWhole(printableJson({ source, item, at: new Date().toISOString() }));
  const { cyan } = colors(process.stdout);
  const width = process.stdout.isTTY ? Math.max(...sources.map((source) => source.length)) : 0;
  return (source, item) =>
    printWhole(`${cyan(source)}${" ".repeat(Math.max(1, width + 1 - source.length))}${printable(item)}`);
}
