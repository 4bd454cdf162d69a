import { type Command, InvalidArgumentError, Option } from "commander";

import { Key } from "../inbox/key.ts";
import { FIRST_INBOX } from "../inbox/rules.ts";
import type { Inbox, Retention } from "../inbox/types.ts";
import { printable, printableJson } from "../printable.ts";
import { type HttpOptions, withHttpAddress } from "./address.ts";
import { HubApi } from "./hub-api.ts";
import {
  DAY_MS,
  dataFolder,
  duration,
  givenKey,
  type KeyOptions,
  keysOfFolder,
  most,
  noteKeys,
  orNone,
  withKeys,
} from "./options.ts";
import { colors, confirm, Exit, Failure, print, remark, withYes, type YesOption } from "./output.ts";

interface InboxOptions extends HttpOptions, KeyOptions {
  readonly json?: boolean;
  readonly renew?: "read" | "manage";
}

/** The retention of an inbox, as the options of a command give it. */
interface RetentionOptions {
  readonly itemsMax?: number;
  readonly ageMax?: number | "none";
  readonly bytesMax?: number;
  readonly whenFull?: "drop-oldest" | "refuse";
}

export function addInbox(program: Command): void {
  const inbox = program.command("inbox").description("the hub's inboxes, where what bells say is kept");
  subcommand(inbox, "list", "list them", { isDefault: true })
    .option("--json", "for programs: an object for each, a line each")
    .action(list);
  withRetention(subcommand(inbox, "new", "make one, and note its keys in the data folder"))
    .argument("<name>", NAME)
    .action(create);
  subcommand(inbox, "show", "show how much is in one, and what it keeps")
    .argument("[name]", "", FIRST_INBOX)
    .option("--json", "for programs")
    .action(show);
  subcommand(inbox, "keys", "print the keys of one, for other machines and programs")
    .argument("[name]", "", FIRST_INBOX)
    .addOption(new Option("--renew <which>", "make a new key first, and end the old one").choices(["read", "manage"]))
    .addHelpText("after", "\nWho has the read key can read the inbox, who has the manage key can make bells for it.")
    .action(keys);
  withYes(withRetention(subcommand(inbox, "retention", "say what one keeps; the oldest of what is more go at once")))
    .argument("<name>")
    .action(retain);
  subcommand(inbox, "rename", "give one another name; its keys and bells stay")
    .argument("<name>")
    .argument("<new-name>", NAME)
    .action(rename);
  withYes(subcommand(inbox, "delete", "delete one, with its bells and all that is in it"))
    .argument("<name>")
    .action(remove);
  inbox.addHelpText(
    "after",
    `
Examples:
  $ doorbell inbox
  $ doorbell inbox new builds --items-max 1000
  $ doorbell inbox retention builds --age-max 7d --bytes-max 16MiB
  $ doorbell bell new nightly --inbox builds
  $ doorbell watch --inbox builds`,
  );
}

export function addPage(program: Command): void {
  withKeys(withHttpAddress(program.command("page")))
    .description("print a link that logs you in to the hub's page, once and within 10 minutes")
    .addHelpText(
      "after",
      "\nPaste it into the browser: as a program's argument, a list of processes would show it to others.\n" +
        "\nExample:\n  $ doorbell page | wl-copy",
    )
    .action(async (options: HttpOptions & KeyOptions) => {
      print(printable(await new HubApi(options).link()));
      remark(colors(process.stderr).dim("For one use within 10 minutes. Whoever opens it first is logged in."));
    });
}

const NAME = "1 to 63 of a-z 0-9 _ -";

function subcommand(inbox: Command, name: string, description: string, options = {}): Command {
  return withKeys(withHttpAddress(inbox.command(name, options).description(description)));
}

function withRetention(command: Command): Command {
  return command
    .option("--items-max <count>", "items that it keeps (default: 10000)", most)
    .option("--age-max <time>", "how long it keeps an item: 12h, 30d; none: for ever (default: 30d)", orNone(age))
    .option("--bytes-max <size>", "bytes that its items may have: 16MiB, 1GiB, 500000 (default: 64MiB)", size)
    .addOption(
      new Option(
        "--when-full <way>",
        "whether the oldest items go, or rings are refused (default: drop-oldest)",
      ).choices(["drop-oldest", "refuse"]),
    );
}

/** Reads a number of bytes. How far it may go is for the hub to say. */
function size(text: string): number {
  const [, number, unit = ""] = /^([1-9]\d{0,14})(KiB|MiB|GiB)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("Expected a number of bytes, as 500000, 16MiB or 1GiB.");
  return Number(number) * 1_024 ** ["", "KiB", "MiB", "GiB"].indexOf(unit);
}

/** Reads a time, in milliseconds. */
function age(text: string): number {
  const ms = duration(text, "hd");
  if (ms === undefined || text.startsWith("0"))
    throw new InvalidArgumentError("Expected a time, as 12h or 30d; or none, for ever.");
  return ms;
}

/** Returns the parts of a retention that were given. */
function retentionOf({ itemsMax, ageMax, bytesMax, whenFull }: RetentionOptions): Partial<Retention> {
  return {
    ...(itemsMax !== undefined && { itemsMax }),
    ...(ageMax !== undefined && { ageMaxMs: ageMax === "none" ? null : ageMax }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(whenFull !== undefined && { whenFull: whenFull === "refuse" ? "refuse" : "dropOldest" }),
  };
}

async function list(options: InboxOptions): Promise<void> {
  const inboxes = await new HubApi(options).inboxes();
  for (const inbox of inboxes) {
    if (options.json === true) print(printableJson(inbox));
    else print(`${colors(process.stdout).cyan(printable(inbox.name))}  ${summary(inbox)}`);
  }
  if (inboxes.length === 0) remark('There is none. Make one with "doorbell inbox new NAME".');
}

async function create(name: string, options: InboxOptions & RetentionOptions): Promise<void> {
  // Without a place for the keys they would be lost.
  if (givenKey(options) === undefined) keysOfFolder(options);
  const { readingKey, managingKey } = await new HubApi(options).createInbox(name, retentionOf(options));
  if (givenKey(options) !== undefined) return printKeys(readingKey, managingKey);
  noteKeys(options, name, () => parsed(readingKey, managingKey));
  print(`The inbox ${name} is there, and its keys are in ${printable(dataFolder(options.data))}.`);
}

async function show(name: string, options: InboxOptions): Promise<void> {
  const inbox = await new HubApi(options).inbox(name);
  if (options.json === true) print(printableJson(inbox));
  else printInbox(inbox);
}

/** Prints all of an inbox, for a person. */
function printInbox(inbox: Inbox): void {
  const { itemsMax, ageMaxMs, bytesMax, whenFull } = inbox.retention;
  const { bold } = colors(process.stdout);
  print(`${bold(printable(inbox.name))}  ${summary(inbox)}`);
  print(`made     ${new Date(inbox.createdAt).toISOString()}`);
  print(
    `keeps    ${count(itemsMax, "item")}, ${megabytes(bytesMax)}, ${ageMaxMs === null ? "for ever" : days(ageMaxMs)}; ` +
      `when full, ${whenFull === "refuse" ? "rings are refused" : "the oldest go"}`,
  );
}

async function keys(name: string, options: InboxOptions): Promise<void> {
  const { renew } = options;
  if (renew !== undefined) {
    const api = new HubApi(options);
    const key = await api.renewKey(await api.inbox(name), renew);
    if (givenKey(options) !== undefined) return print(`${renew.padEnd(8)} ${printable(key)}`);
    noteKeys(options, name, (before) => ({ ...before, [renew]: Key.parse(key) }));
  }
  const { read, manage } = keysOfFolder(options).inboxes.get(name) ?? {};
  if (read === undefined && manage === undefined)
    throw new Failure(
      Exit.Failed,
      `no keys of an inbox "${name}" are known here: make new ones with --renew read and --renew manage`,
    );
  printKeys(read?.text(), manage?.text());
}

async function retain(name: string, options: InboxOptions & RetentionOptions & YesOption): Promise<void> {
  const retention = retentionOf(options);
  if (Object.keys(retention).length === 0)
    throw new Failure(Exit.Usage, "say what it keeps: --items-max, --age-max, --bytes-max or --when-full");
  const api = new HubApi(options);
  const inbox = await api.inbox(name);
  const leaving = leavingBy(inbox, retention);
  if (leaving.length > 0)
    await confirm(`From the inbox ${printable(inbox.name)} go, for good: ${leaving.join("; ")}. Go on?`, options);
  printInbox(await api.changeInbox(inbox, { retention }));
}

/** Tells in words what an inbox loses by a change of its retention. */
function leavingBy(inbox: Inbox, change: Partial<Retention>): readonly string[] {
  const { itemsMax, ageMaxMs, bytesMax, whenFull } = { ...inbox.retention, ...change };
  const items = itemsOf(inbox);
  const isOlder = ageMaxMs !== null && ageMaxMs < (inbox.retention.ageMaxMs ?? Infinity);
  const drops = whenFull === "dropOldest";
  return [
    ...(drops && itemsMax < items ? [`the oldest ${count(items - itemsMax, "item")}`] : []),
    ...(drops && bytesMax < inbox.bytes ? [`the oldest items, until ${megabytes(bytesMax)} are left`] : []),
    ...(isOlder && items > 0 ? [`items older than ${days(ageMaxMs)}`] : []),
  ];
}

async function rename(name: string, to: string, options: InboxOptions): Promise<void> {
  const api = new HubApi(options);
  await api.changeInbox(await api.inbox(name), { name: to });
  if (givenKey(options) === undefined && to !== name) {
    const keys = keysOfFolder(options).inboxes.get(name);
    if (keys !== undefined) noteKeys(options, to, () => keys);
    noteKeys(options, name, () => undefined);
  }
  print(`The inbox ${name} is ${to} now.`);
}

async function remove(name: string, options: InboxOptions & YesOption): Promise<void> {
  const api = new HubApi(options);
  const inbox = await api.inbox(name);
  const contents = `${count(itemsOf(inbox), "item")} and ${count(inbox.bells, "bell")}`;
  await confirm(`Delete the inbox ${printable(inbox.name)} with ${contents}, for good?`, options);
  await api.deleteInbox(inbox);
  if (givenKey(options) === undefined) noteKeys(options, name, () => undefined);
  print(
    `The inbox ${printable(inbox.name)} is deleted, with ${contents}: its keys open nothing, and its bells ring nothing.`,
  );
}

function printKeys(read: string | undefined, manage: string | undefined): void {
  if (read !== undefined) print(`read     ${printable(read)}`);
  if (manage !== undefined) print(`manage   ${printable(manage)}`);
}

function parsed(read: string, manage: string): { readonly read?: Key; readonly manage?: Key } {
  const [reading, managing] = [Key.parse(read), Key.parse(manage)];
  return { ...(reading && { read: reading }), ...(managing && { manage: managing }) };
}

function summary(inbox: Inbox): string {
  const { newest, bells, bytes } = inbox;
  return `${count(itemsOf(inbox), "item")}, the newest number ${newest}; ${count(bells, "bell")}; ${megabytes(bytes)}`;
}

function itemsOf({ newest, oldest }: Inbox): number {
  return newest - oldest + 1;
}

function days(ms: number): string {
  return count(Number((ms / DAY_MS).toFixed(2)), "day");
}

function count(n: number, what: string): string {
  return `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MiB`;
}
