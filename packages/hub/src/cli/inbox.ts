import { type Command, Option } from "commander";

import { Key } from "../inbox/key.ts";
import { FIRST_INBOX } from "../inbox/rules.ts";
import type { Inbox } from "../inbox/types.ts";
import { printable, printableJson } from "../printable.ts";
import { type HttpOptions, withHttpAddress } from "./address.ts";
import { HubApi } from "./hub-api.ts";
import { dataFolder, givenKey, type KeyOptions, keysOfFolder, noteKeys, withKeys } from "./options.ts";
import { colors, Exit, Failure, print, remark } from "./output.ts";

interface InboxOptions extends HttpOptions, KeyOptions {
  readonly json?: boolean;
  readonly renew?: "read" | "manage";
}

export function addInbox(program: Command): void {
  const inbox = program.command("inbox").description("the hub's inboxes, where what bells say is kept");
  subcommand(inbox, "list", "list them", { isDefault: true })
    .option("--json", "for programs: an object for each, a line each")
    .action(list);
  subcommand(inbox, "new", "make one, and note its keys in the data folder")
    .argument("<name>", "1 to 63 of a-z 0-9 _ -")
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
  subcommand(inbox, "delete", "delete one, with its bells and all that is in it").argument("<name>").action(remove);
  inbox.addHelpText(
    "after",
    `
Examples:
  $ doorbell inbox
  $ doorbell inbox new builds
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

function subcommand(inbox: Command, name: string, description: string, options = {}): Command {
  return withKeys(withHttpAddress(inbox.command(name, options).description(description)));
}

async function list(options: InboxOptions): Promise<void> {
  const inboxes = await new HubApi(options).inboxes();
  for (const inbox of inboxes) {
    if (options.json === true) print(printableJson(inbox));
    else print(`${colors(process.stdout).cyan(printable(inbox.name))}  ${summary(inbox)}`);
  }
  if (inboxes.length === 0) remark('There is none. Make one with "doorbell inbox new NAME".');
}

async function create(name: string, options: InboxOptions): Promise<void> {
  // Without a place for the keys they would be lost.
  if (givenKey(options) === undefined) keysOfFolder(options);
  const { readingKey, managingKey } = await new HubApi(options).createInbox(name);
  if (givenKey(options) !== undefined) return printKeys(readingKey, managingKey);
  noteKeys(options, name, () => parsed(readingKey, managingKey));
  print(`The inbox ${name} is there, and its keys are in ${printable(dataFolder(options.data))}.`);
}

async function show(name: string, options: InboxOptions): Promise<void> {
  const inbox = await new HubApi(options).inbox(name);
  if (options.json === true) return print(printableJson(inbox));
  const { itemsMax, ageMaxMs, bytesMax, whenFull } = inbox.retention;
  const { bold } = colors(process.stdout);
  print(`${bold(printable(inbox.name))}  ${summary(inbox)}`);
  print(`made     ${new Date(inbox.createdAt).toISOString()}`);
  print(
    `keeps    ${count(itemsMax, "item")}, ${megabytes(bytesMax)}, ${ageMaxMs === null ? "for ever" : `${Number((ageMaxMs / 86_400_000).toFixed(2))} days`}; ` +
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

async function remove(name: string, options: InboxOptions): Promise<void> {
  const api = new HubApi(options);
  await api.deleteInbox(await api.inbox(name));
  if (givenKey(options) === undefined) noteKeys(options, name, () => undefined);
}

function printKeys(read: string | undefined, manage: string | undefined): void {
  if (read !== undefined) print(`read     ${printable(read)}`);
  if (manage !== undefined) print(`manage   ${printable(manage)}`);
}

function parsed(read: string, manage: string): { readonly read?: Key; readonly manage?: Key } {
  const [reading, managing] = [Key.parse(read), Key.parse(manage)];
  return { ...(reading && { read: reading }), ...(managing && { manage: managing }) };
}

function summary({ newest, oldest, bells, bytes }: Inbox): string {
  return `${count(newest - oldest + 1, "item")}, the newest number ${newest}; ${count(bells, "bell")}; ${megabytes(bytes)}`;
}

function count(n: number, what: string): string {
  return `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MiB`;
}
