import { isSourceName, LineError } from "@doorbell-js/doorbell/line";
import { type Command, Option } from "commander";

import { type HubAddress, spellHub, withHubAddress } from "./address.ts";
import { noHub } from "./ask.ts";
import { CommandRunner } from "./command-runner.ts";
import { connectOptions, failureOf } from "./dial.ts";
import { Exit, Failure } from "./failure.ts";
import { stopSignal } from "./stop-signal.ts";
import { colors, printable, printableJson, printWhole } from "./terminal.ts";
import { Watcher } from "./watcher.ts";

interface WatchOptions extends HubAddress {
  readonly source?: readonly string[];
  readonly json?: boolean;
  readonly exec?: string;
}

/** What is done with an item. The next one of its source is fetched when that is over. */
type Show = (source: string, item: string) => Promise<void>;

/** What a server without the command `sources` has: that of the how-to. */
const PLAIN_SOURCES = ["random", "classified"];

export function addWatch(program: Command): void {
  withHubAddress(program.command("watch"))
    .description("print what is new, a line for each item, until Ctrl-C")
    .option("-s, --source <name...>", "only of these sources (default: all that the hub has)")
    .option("--json", "for programs: an object with source, item and at (the time) on each line")
    .addOption(
      new Option(
        "--exec <command>",
        "run a shell command for each item, one at a time, instead of printing it",
      ).conflicts("json"),
    )
    .addHelpText(
      "after",
      `
A command finds the item in the environment, as $DOORBELL_SOURCE and $DOORBELL_ITEM. Put them
in double quotes: what they hold was written by others. The next item waits until it has ended.

Examples:
  $ doorbell watch
  random     456902234
  classified Nice appart in the 11e.
  $ doorbell watch --source classified --json | jq -r .item
  $ doorbell watch --source classified --exec 'notify-send "$DOORBELL_SOURCE" "$DOORBELL_ITEM"'

When the hub is restarted, the watch goes on with it.`,
    )
    .action(watch);
}

async function watch(options: WatchOptions): Promise<void> {
  await using watcher = await open(options);
  const sources = await choose(watcher, options);
  watcher.where = spellHub(options);
  await using runner = options.exec === undefined ? undefined : new CommandRunner(options.exec);
  const show: Show = runner?.run.bind(runner) ?? printer(options.json === true, sources);
  // One that ends by itself does so with an error, which is the watch's.
  await Promise.race([stopSignal(), Promise.all(sources.map((source) => follow(watcher, source, show)))]);
  await watcher.close();
}

async function follow(watcher: Watcher, source: string, show: Show): Promise<void> {
  for await (const item of watcher.items(source)) if (!watcher.isStopped) await show(source, String(item));
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
