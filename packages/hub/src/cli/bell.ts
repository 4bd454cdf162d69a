import { type Command, InvalidArgumentError } from "commander";

import { FIRST_INBOX } from "../inbox/rules.ts";
import type { Bell, BellLimits, Inbox } from "../inbox/types.ts";
import { printable, printableJson } from "../printable.ts";
import { HTTP_PORT, type HttpOptions, withHttpAddress } from "./address.ts";
import { HubApi } from "./hub-api.ts";
import { dataArgument, duration, type KeyOptions, orNone, withKeys } from "./options.ts";
import { colors, confirm, Exit, Failure, print, remark, withYes, type YesOption } from "./output.ts";

interface BellOptions extends HttpOptions, KeyOptions, BellLimitOptions {
  readonly inbox: string;
  readonly json?: boolean;
}

/** The limits of a bell, as the options of a command give them. */
interface BellLimitOptions {
  readonly perMinute?: number;
  readonly ringsMax?: number | "none";
  readonly bytesMax?: number;
  readonly expires?: number | "none";
}

export function addBell(program: Command): void {
  const bell = program
    .command("bell")
    .description("bells: addresses that others ring, and that fill an inbox of yours");
  withBellLimits(
    subcommand(bell, "new", "make one; its address is printed this once").argument("<label...>", "what it is for"),
  )
    .option("--json", "for programs: an object with bell and address")
    .addHelpText(
      "after",
      "\nExample:\n  $ doorbell bell new backup --rings-max 100 --expires 30d\n  $ curl -d hello http://127.0.0.1:6788/b/…",
    )
    .action(create);
  subcommand(bell, "list", "list them", { isDefault: true })
    .option("--json", "for programs: an object for each, a line each")
    .action(list);
  subcommand(bell, "show", "show one: its limits, and how often it was rung")
    .argument("<bell>", BELL)
    .option("--json", "for programs")
    .action(show);
  subcommand(bell, "pause", "refuse its rings until it is resumed")
    .argument("<bell>", BELL)
    .action(change({ paused: true }));
  subcommand(bell, "resume", "take its rings again")
    .argument("<bell>", BELL)
    .action(change({ paused: false }));
  subcommand(bell, "rename", "give it another label").argument("<bell>", BELL).argument("<label...>").action(rename);
  withBellLimits(subcommand(bell, "limit", "give it other limits").argument("<bell>", BELL)).action(limit);
  withYes(subcommand(bell, "revoke", "end it for good: its address is one that never was"))
    .argument("<bell>", BELL)
    .action(revoke);
  bell.addHelpText(
    "after",
    `
A bell is named by its label, or by its number as "doorbell bell list" has it.

Examples:
  $ doorbell bell new backup
  $ doorbell bell list
  $ doorbell bell limit backup --per-minute 5
  $ doorbell bell revoke backup`,
  );
}

const BELL = "its label, or its number";

function subcommand(bell: Command, name: string, description: string, options = {}): Command {
  return withKeys(withHttpAddress(bell.command(name, options).description(description))).option(
    "--inbox <name>",
    "the inbox that it fills",
    FIRST_INBOX,
  );
}

function withBellLimits(command: Command): Command {
  return command
    .option("--per-minute <count>", "rings a minute (default: 60)", whole)
    .option("--rings-max <count>", "rings in all; none: as many as come (default: none)", orNone(whole))
    .option("--bytes-max <count>", "bytes of a ring's text (default: 4096, and no more)", whole)
    .option(
      "--expires <when>",
      "when it ends: after 30m, 12h or 7d, at 2027-01-31 or 2027-01-31T08:00Z; none: never (default: none)",
      orNone(moment),
    );
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}

/** Milliseconds since 1970. */
function moment(text: string): number {
  const ms = duration(text, "mhd");
  if (ms !== undefined) return Date.now() + ms;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("Expected a time: 30m, 12h, 7d, 2027-01-31 or 2027-01-31T08:00Z.");
  return at;
}

async function create(words: readonly string[], options: BellOptions): Promise<void> {
  const api = new HubApi(options);
  const inbox = await api.inbox(options.inbox);
  const { bell, address } = await api.createBell(inbox, { label: words.join(" "), ...bellLimits(options) });
  if (options.json === true) print(printableJson({ bell, address }));
  else printAddress(inbox, address, options);
  // The bell is made, and its address said: nothing that happens now is a failure of that.
  remarkTwins(bell, await api.bells(inbox).catch(() => []));
}

/** Prints the address of a new bell for a person, and how it is rung and heard. */
function printAddress(inbox: Inbox, address: string, options: BellOptions): void {
  const { bold, cyan, dim } = colors(process.stdout);
  const named = inbox.name === FIRST_INBOX ? "" : ` ${inbox.name}`;
  // By HTTP it is not known at which port the line is.
  const [port, why] =
    options.httpPort === HTTP_PORT ? ["", ""] : [" --port PORT", "   PORT as the hub's greeting says"];
  print(bold(printable(address)));
  print(`  ring it   ${cyan(`curl -d "hello" ${printable(address)}`)}`);
  print(`  hear it   ${cyan(`${commandName()} watch --inbox${named}${port}${dataArgument(options.data)}`)}${dim(why)}`);
  print(dim("  Whoever has this address can ring the bell, and nothing else. It is not shown again."));
}

/** Returns the limits that were given. The hub says which it does not take. */
function bellLimits({ perMinute, ringsMax, bytesMax, expires }: BellLimitOptions): Partial<BellLimits> {
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(ringsMax !== undefined && { ringsMax: ringsMax === "none" ? null : ringsMax }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(expires !== undefined && { expiresAt: expires === "none" ? null : expires }),
  };
}

/** As whoever typed this one types the next: without npx it is not found in this repository. */
function commandName(): string {
  return process.env["npm_command"] === "exec" ? "npx doorbell" : "doorbell";
}

async function list(options: BellOptions): Promise<void> {
  const api = new HubApi(options);
  const bells = await api.bells(await api.inbox(options.inbox));
  for (const bell of bells) print(options.json === true ? printableJson(bell) : bellLine(bell));
  if (bells.length === 0) remark('There is none. Make one with "doorbell bell new LABEL".');
}

async function show(name: string, options: BellOptions): Promise<void> {
  const { api, inbox, bell } = await find(name, options);
  const shown = await api.bell(inbox, bell.id);
  if (options.json === true) print(printableJson(shown));
  else printBell(shown);
}

function change(what: BellChange): (name: string, options: BellOptions) => Promise<void> {
  return async (name, options) => {
    const { api, inbox, bell } = await find(name, options);
    print(bellLine(await api.changeBell(inbox, bell.id, what)));
  };
}

type BellChange = Parameters<HubApi["changeBell"]>[2];

async function rename(name: string, words: readonly string[], options: BellOptions): Promise<void> {
  const { api, inbox, bell, bells } = await find(name, options);
  const renamed = await api.changeBell(inbox, bell.id, { label: words.join(" ") });
  print(bellLine(renamed));
  remarkTwins(renamed, bells);
}

/** Says so if others have a bell's label: the commands cannot tell them apart by it, and nor can a reader of their items. */
function remarkTwins({ id, label }: Bell, bells: readonly Bell[]): void {
  const twins = bells.filter((each) => each.label === label && each.id !== id && each.state !== "revoked");
  if (twins.length === 0) return;
  const numbers = twins.map((twin) => twin.id).join(", ");
  remark(`"${printable(label)}" is the label of another bell, too (number ${numbers}); this one is number ${id}.`);
}

async function limit(name: string, options: BellOptions): Promise<void> {
  const limits = bellLimits(options);
  if (Object.keys(limits).length === 0)
    throw new Failure(Exit.Usage, "say which limit: --per-minute, --rings-max, --bytes-max or --expires");
  await change(limits)(name, options);
}

async function revoke(name: string, options: BellOptions & YesOption): Promise<void> {
  const { api, inbox, bell } = await find(name, options);
  const named = `bell "${printable(bell.label)}" (number ${bell.id}, ${rang(bell.rings)})`;
  await confirm(`Revoke the ${named}, for good?`, options);
  await api.revokeBell(inbox, bell.id);
  print(
    `The ${named} is revoked: its address rings nothing. What it rang stays in the inbox ${printable(inbox.name)}.`,
  );
}

/** Finds the bell that is meant by its number or its label, among all that are not revoked. */
async function find(
  name: string,
  options: BellOptions,
): Promise<{ api: HubApi; inbox: Inbox; bell: Bell; bells: readonly Bell[] }> {
  const api = new HubApi(options);
  const inbox = await api.inbox(options.inbox);
  const bells = (await api.bells(inbox)).filter(({ state }) => state !== "revoked");
  const byNumber = bells.find(({ id }) => String(id) === name);
  const byLabel = bells.filter(({ label }) => label === name);
  const [bell, another] = byNumber === undefined ? byLabel : [byNumber];
  if (bell === undefined)
    throw new Failure(
      Exit.Failed,
      `there is no bell "${name}" in the inbox ${inbox.name}: "doorbell bell list" shows those that there are`,
    );
  if (another !== undefined)
    throw new Failure(
      Exit.Failed,
      `there are several bells "${name}": say the number, one of ${byLabel.map(({ id }) => id).join(", ")}`,
    );
  return { api, inbox, bell, bells };
}

/** A bell on a line, for a person. */
function bellLine({ id, label, state, rings, refused, lastRangAt }: Bell): string {
  const { cyan, green, yellow } = colors(process.stdout);
  const color = state === "active" ? green : yellow;
  const last = `${rang(rings)}${lastRangAt === null ? "" : `, last at ${time(lastRangAt)}`}`;
  const not = refused === 0 ? "" : `; ${refused} refused since the hub started`;
  return `${String(id).padStart(3)}  ${cyan(printable(label))}  ${color(stateWords[state])}  ${last}${not}`;
}

/** All of a bell, for a person. */
function printBell(
  bell: Bell & { readonly ringsByHour: readonly { readonly hour: number; readonly rings: number }[] },
): void {
  const { perMinute, bytesMax, ringsMax, expiresAt, createdAt, ringsByHour } = bell;
  print(bellLine(bell));
  print(`made     ${time(createdAt)}`);
  print(
    `takes    ${perMinute} rings a minute, texts of ${bytesMax} bytes, ${ringsMax === null ? "any number of rings" : `${ringsMax} rings in all`}`,
  );
  print(`ends     ${expiresAt === null ? "never" : time(expiresAt)}`);
  for (const { hour, rings } of ringsByHour) print(`  ${time(hour)}  ${times(rings)}`);
}

const stateWords: Readonly<Record<Bell["state"], string>> = {
  active: "rings",
  paused: "is paused",
  revoked: "is revoked",
  expired: "has expired",
  usedUp: "is used up",
};

function time(at: number): string {
  return new Date(at).toISOString();
}

function rang(count: number): string {
  return count === 0 ? "never rung" : `rung ${times(count)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
