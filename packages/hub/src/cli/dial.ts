import { readFileSync } from "node:fs";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type HubAddress, spellHub } from "./address.ts";
import { Exit, Failure } from "./failure.ts";

/** Begins to connect to a hub. */
export function dial({ host, port, socket, tls, ca }: HubAddress): Socket {
  if (socket !== undefined) return connect({ path: socket });
  if (tls !== true) return connect(port, host);
  // A server can be named in the handshake, but not by its number.
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca: certificate(ca) }) });
}

function certificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(Exit.Usage, `--ca: ${(error as Error).message}`);
  }
}

/** Why a hub could not be reached, and what to do. */
export function unreachable(cause: NodeJS.ErrnoException, address: HubAddress): string {
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
