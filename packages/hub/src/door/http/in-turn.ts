import type { RequestListener } from "node:http";
import type { Socket } from "node:net";

/**
 * Answers the requests of a connection one after another: however many it sends at once, they take no more of the hub at a time
 * than one does. While `waitingMax` of them wait, the connection is not read.
 */
export function inTurn(answer: RequestListener, waitingMax: number): RequestListener {
  const lines = new WeakMap<Socket, (() => void)[]>();
  const next = (socket: Socket): void => {
    const line = lines.get(socket);
    const first = socket.destroyed ? undefined : line?.shift();
    if (first === undefined) {
      lines.delete(socket);
      return;
    }
    if (socket.isPaused()) socket.resume();
    first();
  };
  return (request, response) => {
    const { socket } = request;
    const turn = (): void => {
      response.once("close", () => next(socket));
      answer(request, response);
    };
    const line = lines.get(socket);
    if (line === undefined) {
      lines.set(socket, []);
      turn();
      return;
    }
    line.push(turn);
    // Once what was read is parsed: at the end of each request Node reads on.
    process.nextTick(() => {
      if (line.length >= waitingMax) socket.pause();
    });
  };
}
