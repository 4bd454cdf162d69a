import { readFileSync } from "node:fs";

import {
  type Command as LineCommand,
  connect,
  type ConnectOptions,
  DEFAULT_PORT,
  formatCommand,
  LineError,
} from "@doorbell-js/doorbell/line";
import type { Command, Option } from "commander";

import { port, setting } from "./options.ts";
import { Exit, Failure } from "./output.ts";

/** Where a hub is, as the options of a command say. */
export interface HubAddress {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tls?: boolean;
  readonly ca?: string;
}

/** Gives a command that talks to a hub the options that say where it is. */
export function withHubAddress(command: Command): Command {
  return command
    .addOption(hostOption("address of the hub"))
    .addOption(portOption("its port"))
    .addOption(setting("--socket <path>", "reach it by its Unix socket instead"))
    .addOption(setting("--tls", "reach it by TLS (name its TLS port with --port)"))
    .addOption(
      setting("--ca <file>", "certificate that the hub's own is signed with, when the system does not know it"),
    );
}

export function hostOption(description: string): Option {
  return setting("--host <host>", description).default("127.0.0.1");
}

export function portOption(description: string): Option {
  return setting("--port <port>", description).default(DEFAULT_PORT).argParser(port);
}

/** Connects to a hub, lets `talk` ask it what it wants, and hangs up. */
export async function askHub<T>(address: HubAddress, talk: (ask: Ask) => Promise<T>): Promise<T> {
  const failed = (error: unknown): never => {
    throw failureOf(error, address);
  };
  await using client = await connect({ ...connectOptions(address), reconnect: false }).catch(failed);
  return await talk(async (command, shape = /^/) => {
    const line = await client.command(formatCommand(command)).catch(failed);
    if (!shape.test(line)) throw new Failure(Exit.Failed, noHub(address, line));
    return line;
  });
}

/** A conversation with a hub: one command, one answer, of a shape if one is given. Errors of the hub are failures. */
export type Ask = (command: LineCommand, shape?: RegExp) => Promise<string>;

/** How long a hub may take to accept a connection, or to answer a command. */
const DEADLINE_MS = 5_000;

/** How a client connects to a hub. */
export function connectOptions({ host, port, socket, tls, ca }: HubAddress): ConnectOptions {
  const times = { connectMs: DEADLINE_MS, deadlineMs: DEADLINE_MS };
  if (socket !== undefined) return { path: socket, ...times };
  return { host, port, ...(tls === true && { tls: ca === undefined ? true : { ca: certificate(ca) } }), ...times };
}

function certificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(Exit.Usage, `--ca: ${(error as Error).message}`);
  }
}

/** What a client's error says to whoever gave the command. */
export function failureOf(error: unknown, address: HubAddress): Failure {
  const where = spellHub(address);
  if (!(error instanceof LineError)) throw error;
  const { code, message, cause } = error;
  switch (code) {
    case "CannotConnect":
      return new Failure(Exit.Unreachable, unreachable(rootOf(error), address), { cause });
    case "Disconnected":
      // A hub that closes says why before.
      if (cause instanceof LineError) return failureOf(cause, address);
      return new Failure(Exit.Unreachable, `what listens at ${where} closed the connection: is it a hub?`, { cause });
    case "TimedOut":
      return new Failure(Exit.Unreachable, `what listens at ${where} does not answer: is it a hub?`, { cause });
    case "Refused":
      return new Failure(Exit.Failed, message.replace("the server", "the hub"), { cause });
    default:
      return new Failure(Exit.Failed, `what answers at ${where} is no hub: ${message}`, { cause });
  }
}

function rootOf(error: Error): NodeJS.ErrnoException {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** Why a hub could not be reached, and what to do. */
function unreachable(cause: NodeJS.ErrnoException, address: HubAddress): string {
  const where = spellHub(address);
  switch (cause.code) {
    case "ECONNREFUSED":
    case "ENOENT":
      return `no hub answers at ${where}: start one with "doorbell serve", or say where it is with --host, --port or --socket`;
    case "ENOTSOCK":
      return `${where} is no socket: is --socket right?`;
    case "EACCES":
      return `the socket ${where} belongs to another user`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `no address is known for ${where}: is --host right?`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return `what answers at ${where} does not speak TLS: name the hub's TLS port with --port`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `the hub at ${where} has a certificate that is not known here: if it is the right one, name it with --ca`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the hub at ${where} has a certificate for another name: ${cause.message}`;
    default:
      return `the hub at ${where} cannot be reached: ${cause.message}`;
  }
}

/** What is said of a stranger that answered `line`. */
export function noHub(address: HubAddress, line: string): string {
  const quoted = JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}...` : line);
  return `what answers at ${spellHub(address)} is no hub: it says ${quoted}`;
}

export function spellHub({ socket, ...address }: HubAddress): string {
  return spell(socket === undefined ? address : { path: socket });
}

/** How an address is written for a person. */
export function spell(
  address: { readonly host: string; readonly port: number; readonly tls?: boolean } | { readonly path: string },
): string {
  if ("path" in address) return address.path;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}${address.tls === true ? " (TLS)" : ""}`;
}

/** Where a hub serves HTTP, as the options of a command say. */
export interface HttpOptions {
  readonly host: string;
  readonly httpPort: number;
  readonly httpUrl?: string;
}

/** Gives a command that talks to a hub by HTTP the options that say where that is. */
export function withHttpAddress(command: Command): Command {
  return withHttpPort(command.addOption(hostOption("address of the hub")));
}

/** The same where there is a host already. */
export function withHttpPort(command: Command): Command {
  return command
    .addOption(httpPortOption("its port for HTTP"))
    .addOption(setting("--http-url <url>", "reach HTTP there instead, as https://bell.example.org"));
}

export function httpPortOption(description: string): Option {
  return setting("--http-port <port>", description).default(HTTP_PORT).argParser(port);
}

/** The port at which a hub serves HTTP. */
export const HTTP_PORT = 6788;

/** What the addresses of its HTTP begin with. */
export function httpUrl({ host, httpPort, httpUrl: url }: HttpOptions): string {
  if (url !== undefined) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw new Failure(Exit.Usage, "--http-url is an address of http or https, as https://bell.example.org");
    return url.replace(/\/+$/, "");
  }
  if (httpPort === 0)
    throw new Failure(
      Exit.Usage,
      "--http-port 0 is any free port, and a hub said which as it started: give that one here",
    );
  return `http://${spell({ host, port: httpPort })}`;
}
