import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Why the door could not be opened. */
export class HttpDoorError extends Error {
  override readonly name = "HttpDoorError";
  readonly code: "AddressInUse" | "CannotListen" | "InvalidArgument";

  constructor(code: HttpDoorError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** As many connections as may wait to be accepted. The system may allow fewer. */
const BACKLOG = 4_096;

/**
 * Listens. The port is told before the first connection is taken.
 *
 * @throws HttpDoorError in words that name the address and the remedy
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  listening: (port: number) => void,
): Promise<void> {
  server.once("listening", () => listening((server.address() as AddressInfo).port));
  try {
    server.listen({ host, port, backlog: BACKLOG });
    await once(server, "listening");
  } catch (cause) {
    throw listenError(cause as NodeJS.ErrnoException, host, port);
  }
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): HttpDoorError {
  const where = `port ${port} on ${host}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new HttpDoorError(
        "AddressInUse",
        `${where} is in use: stop what listens there, choose another with --http-port, or none with --no-http`,
        { cause },
      );
    case "EADDRNOTAVAIL":
      return new HttpDoorError("CannotListen", `${host} is not an address of this machine`, { cause });
    case "EACCES":
      return new HttpDoorError("CannotListen", `${where} is not for this user: choose another with --http-port`, {
        cause,
      });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new HttpDoorError("CannotListen", `no address is known for ${host}`, { cause });
    default:
      return new HttpDoorError("CannotListen", `cannot listen at ${where}: ${cause.message}`, { cause });
  }
}
