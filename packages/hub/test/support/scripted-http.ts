import { type SocketServer, startSocketServer } from "./socket-server.ts";

/** A server that answers every request with these bytes and closes; with none, it just closes. */
export function startScriptedHttp(answer: string): Promise<SocketServer> {
  return startSocketServer((socket) => socket.once("data", () => socket.end(answer)));
}
