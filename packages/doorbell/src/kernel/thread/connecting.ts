import type { WaitOptions } from "../api.ts";
import { KernelError } from "../errors.ts";
import { Sid } from "../sid.ts";
import type { Completion } from "./completion.ts";
import { ConnectionHandle } from "./connection.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Station } from "./station.ts";
import type { Connection } from "./types.ts";
import { checkTimeout, checkWait, waitFor } from "./waiting.ts";

/** A connection that was asked for. */
export interface Connecting {
  readonly reply: Completion<Outgoing>;
  /** Takes it back; if it comes all the same, it is released. */
  readonly giveUp: () => void;
  /** What is said if it does not come in time. */
  readonly late: string;
}

/** Asks for a connection to the server with this id. */
export function askForServer(station: Station, sid: Sid, wait: boolean): Connecting {
  Sid.check(sid);
  const { number, reply } = station.control.ask<Outgoing>({ type: "connect", sid: sid.words(), wait });
  return { reply, giveUp: () => station.control.cancel(number), late: "The server did not appear in time." };
}

/** Awaits a connection. The options are to be checked before it is asked for. */
export async function connected(
  station: Station,
  { reply, giveUp, late }: Connecting,
  options: WaitOptions = {},
): Promise<Connection> {
  const outgoing = await waitFor(station, reply, options, late, (error) => {
    giveUp();
    reply.reject(error);
  });
  return new ConnectionHandle(station, outgoing);
}

/** Parks the thread until it is connected. */
export function connectedSync(station: Station, { reply, giveUp, late }: Connecting, timeoutMs: number): Connection {
  if (!station.sleeper.block(() => !reply.pending, timeoutMs)) {
    giveUp();
    reply.reject(new KernelError("Timeout", late));
  }
  return new ConnectionHandle(station, reply.result());
}

/** Connects to the server with this id, once there is one. */
export async function connectTo(station: Station, sid: Sid, options: WaitOptions = {}): Promise<Connection> {
  checkWait(options);
  return await connected(station, askForServer(station, sid, true), options);
}

export function connectToSync(station: Station, sid: Sid, timeoutMs: number): Connection {
  checkTimeout(timeoutMs);
  return connectedSync(station, askForServer(station, sid, true), timeoutMs);
}
