import { readFileSync } from "node:fs";
import { isIP } from "node:net";

import {
  type Clock,
  DEFAULT_PORT,
  LineError,
  type ListenOptions,
  systemClock,
  type TcpAddress,
} from "@doorbell-js/doorbell/line";
import type { Command, Option } from "commander";

import type { HttpAddress } from "../http/server.ts";
import type { HttpChoice, Hub, HubEvent } from "../hub.ts";
import { printable } from "../printable.ts";
import { hostOption, HTTP_PORT, httpPortOption, portOption, spell } from "./address.ts";
import { dataArgument, dataFolder, dataOption, idle, most, perMinute, port, setting, stopSignal } from "./options.ts";
import { colors, Exit, Failure, isTerminal, print, remark, version } from "./output.ts";

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tcp: boolean;
  readonly tlsPort: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly httpPort: number;
  readonly http: boolean;
  readonly httpUrl?: string;
  readonly idle: number;
  readonly compat?: boolean;
  readonly randomRate: number;
  readonly random: boolean;
  readonly board: boolean;
  readonly network: boolean;
  readonly data?: string;
  readonly inboxesMax: number;
  readonly bellsMax: number;
  readonly streamsMax: number;
  readonly lineConnectionsMax: number;
  readonly lineConnectionsPerAddressMax: number;
  readonly httpConnectionsMax: number;
  readonly httpConnectionsPerAddressMax: number;
  readonly verbose?: boolean;
}

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("run a hub until Ctrl-C")
    .addOption(hostOption("address to listen at"))
    .addOption(portOption("port to listen at; 0 takes any free one"))
    .addOption(setting("--socket <path>", "listen at a Unix socket too, for this user alone"))
    .option("--no-tcp", "only the socket, and TLS: no port that every user of the machine can reach")
    .addOption(setting("--tls-cert <file>", "listen with TLS too: the certificate, and ..."))
    .addOption(setting("--tls-key <file>", "... its key"))
    .addOption(setting("--tls-port <port>", "port for TLS").default(6790).argParser(port))
    .addOption(httpPortOption("port for HTTP; 0 takes any free one"))
    .addOption(setting("--http-url <url>", "how HTTP is reached from elsewhere, as https://bell.example.org"))
    .option("--no-http", "without HTTP: no bells that others ring, and no page")
    .addOption(
      setting("--idle <time>", "when a client's notification mode ends, if it says nothing: 30s, 5m, 1h; off: never")
        .default(1_800_000, "30m")
        .argParser(idle),
    )
    .addOption(setting("--compat", "the line protocol to the letter of the text that it comes from, and nothing else"))
    .addOption(
      setting("--random-rate <number>", "new random numbers a minute, on average").default(12).argParser(perMinute),
    )
    .option("--no-random", "without the source random")
    .option("--no-board", "without the source classified: no ads are given or taken")
    .option("--no-network", "without the source network: nobody who reaches the hub can read the machine's addresses")
    .addOption(dataOption("folder for ads, inboxes and keys, for this user alone"))
    .addOption(limit("--inboxes-max", "inboxes that there may be", 1_000))
    .addOption(limit("--bells-max", "bells that an inbox may have", 1_000))
    .addOption(limit("--streams-max", "streams of events at once; of one inbox half as many", 2_048))
    .addOption(limit("--line-connections-max", "connections of the line protocol at once", 20_000))
    .addOption(limit("--line-connections-per-address-max", "... and from one address", 1_024))
    .addOption(limit("--http-connections-max", "connections of HTTP at once", 4_096))
    .addOption(limit("--http-connections-per-address-max", "... and from one address", 2_048))
    .addOption(setting("--verbose", "say when connections end or are refused, and by what the network is told"))
    .addHelpText(
      "after",
      "\nExample, and then in another terminal:\n  $ doorbell serve --port 7000 --random-rate 60\n" +
        "\n  $ nc -C 127.0.0.1 7000\n  notif\n  OK\n  notif: random",
    )
    .action(serve);
}

function limit(flag: string, description: string, usual: number): Option {
  return setting(`${flag} <number>`, description).default(usual).argParser(most);
}

async function serve(options: ServeOptions): Promise<void> {
  // Listened for from the beginning: who reads the greeting may stop the hub at once.
  const stopped = stopSignal();
  const log = eventLog(options.verbose === true);
  const hub = await start(options, log);
  process.on("SIGUSR1", () => log({ type: "signalled", ...hub.connections() }));
  greet(hub, options);
  await stopped;
  const { dim } = colors(process.stderr);
  remark(dim("Stopping: clients are told (Ctrl-C again to stop at once)"));
  await hub[Symbol.asyncDispose]();
}

async function start(options: ServeOptions, log: ReturnType<typeof eventLog>): Promise<Hub> {
  // Loaded here: no other command needs it.
  const { startHub } = await import("../hub.ts");
  try {
    return await startHub({
      listen: listenAt(options),
      ...(options.compat === true && { compat: "original" as const }),
      idleMs: options.idle,
      randomPerMinute: options.randomRate,
      numbers: options.random,
      board: options.board,
      network: options.network,
      ...(options.http && { http: httpAt(options) }),
      store: { folder: dataFolder(options.data) },
      storeLimits: { inboxesMax: options.inboxesMax, bellsMax: options.bellsMax },
      lineLimits: {
        connectionsMax: options.lineConnectionsMax,
        connectionsPerAddressMax: options.lineConnectionsPerAddressMax,
      },
      log,
    });
  } catch (cause) {
    if (isHttpFailure(cause))
      throw new Failure(cause.code === "InvalidArgument" ? Exit.Usage : Exit.Failed, cause.message, { cause });
    if (isStoreFailure(cause)) throw new Failure(Exit.Failed, cause.message, { cause });
    if (!(cause instanceof LineError)) throw cause;
    const hint = cause.code === "AddressInUse" ? " with --port, --tls-port or --socket" : "";
    throw new Failure(cause.code === "InvalidArgument" ? Exit.Usage : Exit.Failed, cause.message + hint, { cause });
  }
}

/** Whether the data folder cannot be used. It was found on another thread, so that no class tells it. */
function isStoreFailure(cause: unknown): cause is Error {
  return cause instanceof Error && (cause.name === "StoreError" || cause.name === "KeysFileError");
}

/** Whether HTTP cannot be had. No class tells it: that would load all of HTTP for it. */
function isHttpFailure(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && cause.name === "HttpDoorError";
}

function httpAt({ host, httpPort, httpUrl, streamsMax, ...options }: ServeOptions): HttpChoice {
  const limits = {
    readersMax: streamsMax,
    readersPerInboxMax: Math.ceil(streamsMax / 2),
    connectionsMax: options.httpConnectionsMax,
    connectionsPerAddressMax: options.httpConnectionsPerAddressMax,
  };
  return { host, port: httpPort, limits, ...(httpUrl !== undefined && { url: httpUrl }) };
}

function listenAt({ host, port, socket, tcp, tlsCert, tlsKey, tlsPort }: ServeOptions): readonly ListenOptions[] {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new Failure(Exit.Usage, "TLS needs both --tls-cert and --tls-key");
  const listen: ListenOptions[] = tcp ? [{ host, port }] : [];
  if (socket !== undefined) listen.push({ path: socket });
  if (tlsCert !== undefined && tlsKey !== undefined)
    listen.push({
      host,
      port: tlsPort,
      tls: { cert: readPem(tlsCert, "--tls-cert"), key: readPem(tlsKey, "--tls-key") },
    });
  if (listen.length === 0)
    throw new Failure(Exit.Usage, "--no-tcp leaves nothing to listen at: give --socket, or a certificate");
  return listen;
}

function readPem(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(Exit.Usage, `${option}: ${(error as Error).message}`);
  }
}

function greet(hub: Hub, options: ServeOptions): void {
  const { addresses, http } = hub;
  const { bold, cyan, dim, yellow } = colors(process.stdout);
  print(`${bold("Doorbell")} ${version} listens at ${addresses.map(spell).join(", ")}`);
  const plain = addresses.find((address): address is TcpAddress => "host" in address && !address.tls);
  const where = plain && lineOptions(plain);
  const line = (what: string, command: string, why: string): void =>
    print(`  ${what.padEnd(12)} ${cyan(command)}   ${dim(why)}`);
  if (plain !== undefined) line("talk to it", `nc -C ${plain.host} ${plain.port}`, `and type: ${examples(options)}`);
  if (where !== undefined) line("or", `npx doorbell watch${where}`, "in another terminal; --help lists the rest");
  if (http !== undefined) {
    const more = httpOptions(http) + dataArgument(options.data);
    line("over HTTP", http.url, "where bells are rung, and inboxes read; docs/http.md");
    line("your bell", `npx doorbell bell new hello${more}`, "prints its address, and a line of curl that rings it");
    line(
      "hear it",
      `npx doorbell watch --inbox${where ?? ""}${dataArgument(options.data)}`,
      "or --desktop, to have it pop up",
    );
    const page = `npx doorbell page${more}`;
    // Not into a log, where it would lie about for others to use.
    const link = isTerminal(process.stdout) ? hub.pageLink() : undefined;
    if (link === undefined) line("see it", page, "prints a link to the page, for one use");
    else line("see it", link, `logs you in, once and within 10 minutes; ${page} prints another`);
  }
  if (plain !== undefined && !isLoopback(plain.host))
    print(
      yellow(
        `  open         to all who can reach that address, to read${options.board ? " and to post" : ""}; the default, 127.0.0.1, is for this machine alone`,
      ),
    );
  print(`  stop         ${cyan("Ctrl-C")}`);
}

/** Commands that this hub knows. */
function examples({ random, board, compat }: ServeOptions): string {
  const commands = [
    random && "random?",
    board && "classified?",
    "notif",
    board && "post hello",
    compat !== true && "help",
  ];
  return commands.filter((command) => command !== false).join("  ");
}

/** The options that bring a command to this address: those that its defaults do not give. */
function lineOptions({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host === "127.0.0.1" ? "" : ` --host ${host}`}${port === DEFAULT_PORT ? "" : ` --port ${port}`}`;
}

function httpOptions({ host, port }: HttpAddress): string {
  return `${host === "127.0.0.1" ? "" : ` --host ${host}`}${port === HTTP_PORT ? "" : ` --http-port ${port}`}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** One line of each kind in this time; the rest are counted. */
const QUIET_MS = 1_000;

/** An event of the command itself: somebody asked by a signal how the hub is. */
type SignalEvent = { readonly type: "signalled" } & ReturnType<Hub["connections"]>;

interface EventLogPowers {
  readonly clock?: Pick<Clock, "now">;
  readonly write?: (line: string) => void;
}

/** Writes what an operator should know to standard error: what fails, or was asked for, always; what ends or is refused, if `verbose`. */
export function eventLog(
  verbose: boolean,
  { clock = systemClock, write = remark }: EventLogPowers = {},
): (event: HubEvent | SignalEvent) => void {
  const kinds = new Map<string, { at: number; skipped: number }>();
  return (event) => {
    if (!verbose && !isTold(event)) return;
    const text = describe(event);
    const now = clock.now();
    const kind = kinds.get(text);
    if (kind !== undefined && now - kind.at < QUIET_MS) {
      kind.skipped += 1;
      return;
    }
    // Texts are few, save those of causes; what is old need not be remembered.
    if (kinds.size > 100) kinds.clear();
    kinds.set(text, { at: now, skipped: 0 });
    write(
      `${new Date().toISOString()} ${text}${kind !== undefined && kind.skipped > 0 ? ` (and ${kind.skipped} more)` : ""}`,
    );
  };
}

/** Returns whether it is told without `verbose`: a failure, or an answer. That a machine has no NetworkManager, say, is no failure. */
function isTold({ type }: HubEvent | SignalEvent): boolean {
  return [
    "signalled",
    "sourceFailed",
    "acceptFailed",
    "threadEnded",
    "threadBack",
    "listenerFailed",
    "httpFailed",
    "clockStrange",
    "clockBelieved",
    "cannotStore",
    "canStore",
  ].includes(type);
}

function describe(event: HubEvent | SignalEvent): string {
  switch (event.type) {
    case "signalled":
      return `SIGUSR1: the hub is up, with ${event.line} connections of the line and ${event.http} of HTTP; it opens no inspector`;
    case "closed":
      return `connection closed: ${event.reason}`;
    case "refused":
      return `connection refused: ${event.limit}`;
    case "sourceFailed":
      return `source failed: ${message(event.cause)}`;
    case "acceptFailed":
      return `connection not accepted: ${message(event.cause)}`;
    case "threadEnded":
      return `the thread of ${event.thread} has ended, and is started again in ${event.retryMs} ms: ${message(event.cause)}`;
    case "threadBack":
      return `the thread of ${event.thread} is up again`;
    case "readerEnded":
      return `reader of events ended: ${event.reason}`;
    case "connectionRefused":
      return "connection of HTTP refused: there are too many";
    case "httpFailed":
      return `HTTP failed at a request: ${message(event.cause)}`;
    case "backendOpened":
      return `the network is told by ${event.backend}`;
    case "backendFailed":
      return `the network is not told by ${event.backend}: ${message(event.cause)}`;
    case "clockStrange":
      return `the clock of this machine is ${days(event.gapMs)} of what was expected: nothing is deleted by that before it has been steady for six hours`;
    case "cannotStore":
      return `nothing can be stored (${printable(event.why)}): rings are refused, and what is there can be read`;
    case "canStore":
      return "rings can be stored again";
    case "clockBelieved":
      return "the clock of this machine is believed again";
    case "listenerFailed":
      return `the network could not be told: ${message(event.cause)}`;
  }
}

function days(ms: number): string {
  return `${Math.round(Math.abs(ms) / 86_400_000)} days ${ms < 0 ? "behind" : "ahead"}`;
}

function message(cause: unknown): string {
  return printable(cause instanceof Error ? cause.message : String(cause));
}
