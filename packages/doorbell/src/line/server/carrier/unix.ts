import { chmodSync, existsSync, lstatSync, type Stats, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";

import { LineError } from "../../errors.ts";
import { explain, startListening } from "./listen.ts";

/** The longest path of a socket that Linux and macOS both take, in bytes. */
const PATH_BYTES_MAX = 103;

/**
 * Starts listening at a Unix socket that only its owner can connect to. A socket left behind by a server that is gone
 * is replaced; one that somebody answers at, or a file that is no socket, is left alone.
 *
 * @throws LineError `AddressInUse`, `CannotListen` or `InvalidArgument`
 */
export async function listenUnix(server: Server, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  // Longer paths are cut off by the system without a word, and the socket then stands under another name.
  if (bytes < 1 || bytes > PATH_BYTES_MAX)
    throw new LineError("InvalidArgument", `a socket's path is 1 to ${PATH_BYTES_MAX} bytes, this one is ${bytes}`);
  if (path.includes("\0")) throw new LineError("InvalidArgument", "a socket's path has no NUL in it");
  if (!existsSync(dirname(path)))
    throw new LineError("CannotListen", `there is no directory ${dirname(path)} for a socket: make it first`);
  await removeStale(path);
  // Node takes what reads as a number for a port.
  await ownerOnly(() => startListening(server, { path: Number(path) >= 0 ? `./${path}` : path }));
  chmodSync(path, 0o600);
}

/** Runs `bind`, which binds before it returns, so that the socket has the right mode from its first moment. */
function ownerOnly<T>(bind: () => T): T {
  // Only the main thread may change the process's mask; in a worker the mode is mended just after.
  if (!isMainThread) return bind();
  const mask = process.umask(0o177);
  try {
    return bind();
  } finally {
    process.umask(mask);
  }
}

async function removeStale(path: string): Promise<void> {
  const found = look(path);
  if (found === undefined) return;
  if (!found.isSocket())
    throw new LineError("CannotListen", `${path} exists and is no socket: remove it, or choose another path`);
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ path });
    socket.on("connect", () => resolve(true));
    socket.on("error", (cause: NodeJS.ErrnoException) => resolve(cause.code !== "ECONNREFUSED"));
    socket.on("connect", () => socket.destroy());
  });
  if (answered)
    throw new LineError("AddressInUse", `socket ${path} is in use: stop what listens there, or choose another`);
  // Another server may have replaced it meanwhile: what stands there now is that one's, and answers.
  const now = look(path);
  if (now === undefined) return;
  if (now.ino !== found.ino || now.ctimeMs !== found.ctimeMs) return removeStale(path);
  try {
    unlinkSync(path);
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException, { path });
  }
}

/** What stands at `path`, if anything does. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException, { path });
  }
}
