import { LineError } from "../errors.ts";
import { DEFAULT_PORT } from "../port.ts";
import { systemClock } from "../system-clock.ts";
import { dialer } from "./carrier/index.ts";
import {
  checkConnectOptions,
  type ClientPowers,
  completeOptions,
  type ClientOptions,
  type ConnectOptions,
} from "./options.ts";

/** What is to be connected. */
interface Connectable {
  readonly connected: Promise<void>;
  close(): Promise<void>;
}

/** Makes a client over sockets, and waits until it is connected. */
export async function connectClient<C extends Connectable>(
  make: (powers: ClientPowers, options: ClientOptions) => C,
  given: ConnectOptions,
): Promise<C> {
  checkConnectOptions(given);
  const { host, port, tls, path, signal, ...options } = given;
  const { connectMs, keepAliveMs } = completeOptions(options);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new LineError(
      "InvalidArgument",
      `a port to connect to is a whole number from 1 to 65535, not ${String(port)}`,
    );
  if (path !== undefined && tls !== undefined && tls !== false)
    throw new LineError("InvalidArgument", "a Unix socket is connected to without TLS: leave out path, or tls");
  const address = {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(tls !== undefined && { tls }),
    ...(path !== undefined && { path }),
  };
  const client = make(
    { dial: dialer(address, { connectMs, keepAliveMs }), clock: systemClock, random: Math.random },
    options,
  );
  const abort = (): void => void client.close();
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await client.connected;
    return client;
  } catch (cause) {
    await client.close();
    if ((cause as LineError).code === "Refused") throw cause;
    if (signal?.aborted === true) throw new LineError("Aborted", "connecting was given up", { cause: signal.reason });
    throw new LineError(
      "CannotConnect",
      `no connection to ${path ?? `${host ?? "127.0.0.1"}:${port ?? DEFAULT_PORT}`}: ${reason(cause)}`,
      {
        cause,
      },
    );
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function reason(cause: unknown): string {
  const { cause: inner, message } = cause as Error;
  return inner instanceof Error ? inner.message : message;
}
