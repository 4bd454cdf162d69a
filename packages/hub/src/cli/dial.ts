import { readFileSync } from "node:fs";

import { type ConnectOptions, LineError } from "@doorbell-js/doorbell/line";

import { type HubAddress, spellHub } from "./address.ts";
import { Exit, Failure } from "./failure.ts";

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
