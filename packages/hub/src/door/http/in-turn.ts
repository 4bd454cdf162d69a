import type { RequestListener } from "node:http";
import type { Socket } from "node:net";

/**
 * Answers the requests of a connection one after another: however many it sends at once, they take no more of the hub at a time
 * than one does. `waitingMax` of them may wait; those past that are refused, in their order.
 */
export function inTurn(answer: RequestListener, waitingMax: number, refuse: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, (() => void)[]>();
  const next = (socket: Socket): void => {
    // Nobody hears an answer behind one that was the last, or when the client has left.
    const turn = socket.writable ? lines.get(socket)?.shift() : undefined;
    if (turn === undefined) lines.delete(socket);
    else turn();
  };
  return (request, response) => {
    const { socket } = request;
    if (!socket.writable) return;
    const turn = (): void => {
      // Not at once: what other connections have sent comes between.
      response.once("close", () => setImmediate(next, socket));
      answer(request, response);
    };
    const line = lines.get(socket);
    if (line === undefined) {
      lines.set(socket, []);
      turn();
    } else if (line.length < waitingMax) line.push(turn);
    else refuse(request, response);
  };
}
