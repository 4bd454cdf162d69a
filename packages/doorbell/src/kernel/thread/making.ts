import { KernelError } from "../errors.ts";
import { checkKnown } from "../options.ts";
import { Sid } from "../sid.ts";
import type { Completion } from "./completion.ts";
import { syncTimeoutMs } from "./sending.ts";
import { ServerCore } from "./server-core.ts";
import { ServerHandle } from "./server.ts";
import type { Station } from "./station.ts";
import { waitFor } from "./waiting.ts";

/** How a server is made. */
export interface ServerOptions {
  /** Its id. Whoever knows an id before its server exists can wait for it. @default a new one */
  readonly sid?: Sid;
  /** Messages of one connection that may be on their way or unanswered, 1 to 65536. @default 128 */
  readonly queueMax?: number;
  /**
   * Memory of a moved message that was dropped is used again for the next of the same length that comes to this server:
   * several times the messages a second. In return, keep no view of `message.bytes` past the message's end: it would show,
   * and change, what comes next. What was taken out of its message (`take`) is not used again. @default false
   */
  readonly recycle?: boolean;
  /** Called when a connection to the server has ended, with the number of the thread that had it. */
  readonly onDisconnect?: (sender: number) => void;
}

/** The names of {@link ServerOptions}. */
export const serverOptions: readonly string[] = ["sid", "queueMax", "recycle", "onDisconnect"];

/** A server that is being made. */
export interface Making {
  /** Its number in its thread. */
  readonly number: number;
  readonly server: ServerHandle;
  /** Ends once the broker knows it, or will not have it: then it is to be undone. */
  readonly reply: Completion<unknown>;
  undo(): void;
}

/** Makes a server of this thread. */
export function makeServer(station: Station, options: ServerOptions): Making {
  checkKnown("A server", options, serverOptions);
  const { sid = Sid.random(), queueMax = 128, recycle = false, onDisconnect } = options;
  Sid.check(sid);
  if (onDisconnect !== undefined && typeof onDisconnect !== "function")
    throw new KernelError("InvalidArgument", "onDisconnect is a function that takes the number of a thread.");
  if (!Number.isInteger(queueMax) || queueMax < 1 || queueMax > 65_536) {
    throw new KernelError("InvalidArgument", "A queue holds 1 to 65536 messages of a connection (queueMax).");
  }
  if (typeof recycle !== "boolean")
    throw new KernelError("InvalidArgument", "Whether memory is used again (recycle) is true or false.");
  const number = station.nextServer();
  const core = new ServerCore(number, queueMax, onDisconnect, recycle);
  // Known here before the broker's reply: a client may be connected, and have sent, as early as that.
  station.servers.set(number, core);
  const { reply } = station.control.ask<unknown>({
    type: "createServer",
    server: number,
    sid: sid.words(),
    queueMax,
  });
  const server = new ServerHandle(station, core, sid);
  return { number, server, reply, undo: () => void station.servers.delete(number) };
}

/** The same, awaited. */
export async function madeServer(station: Station, options: ServerOptions): Promise<Making> {
  const making = makeServer(station, options);
  try {
    await waitFor(station, making.reply, {}, "", () => {});
  } catch (error) {
    making.undo();
    throw error;
  }
  return making;
}

/** The same, with the thread parked meanwhile. */
export function madeServerSync(station: Station, options: ServerOptions): Making {
  const making = makeServer(station, options);
  station.sleeper.block(() => !making.reply.pending, syncTimeoutMs);
  try {
    making.reply.result();
  } catch (error) {
    making.undo();
    throw error;
  }
  return making;
}
