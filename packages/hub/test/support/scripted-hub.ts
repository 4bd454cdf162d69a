import type { Socket } from "node:net";

import { onLine, type SocketServer, startSocketServer } from "./socket-server.ts";

/** Something that listens at a port and answers each line as a script says: a hub's stand-in, or a stranger. */
export function startScriptedHub(script: {
  /** What to send when a line comes. */
  readonly answer?: (line: string, socket: Socket) => string;
  /** What to send unasked. */
  readonly greeting?: string;
}): Promise<SocketServer> {
  return startSocketServer((socket) => {
    if (script.greeting !== undefined) socket.write(script.greeting);
    onLine(socket, (line) => socket.write(script.answer?.(line, socket) ?? ""));
  });
}
