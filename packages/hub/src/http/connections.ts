import type { RequestListener } from "node:http";
import type { Socket } from "node:net";

import type { Clock } from "../time.ts";
import { errorBody, HttpError, type HttpLimits } from "./errors.ts";

/** The connections that there are: no more than may be, and none that never reads its answer. */
export class Connections implements Disposable {
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  readonly #refused: () => void;
  readonly #sockets = new Map<Socket, Waiting | undefined>();
  readonly #perAddress = new Map<string, number>();
  /** Those of streams of events, which have rules of their own. */
  readonly #streams = new WeakSet<Socket>();
  #sweep: { cancel(): void } | undefined;

  constructor(limits: HttpLimits, clock: Clock, refused: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#refused = refused;
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** Takes a new one in, or answers that there are too many. */
  add(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const here = this.#perAddress.get(address) ?? 0;
    if (this.#sockets.size >= this.#limits.connectionsMax || here >= this.#limits.connectionsPerAddressMax) {
      this.#refused();
      refuseConnection(socket);
      return;
    }
    this.#sockets.set(socket, undefined);
    this.#perAddress.set(address, here + 1);
    socket.once("close", () => this.#remove(socket, address));
    this.#sweep ??= this.#sweepLater();
  }

  /** From now on it is one of a stream. */
  isStream(socket: Socket): void {
    this.#streams.add(socket);
  }

  /** Ends all at once. */
  [Symbol.dispose](): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  #remove(socket: Socket, address: string): void {
    this.#sockets.delete(socket);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
    if (this.#sockets.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #sweepLater(): { cancel(): void } {
    return this.#clock.after(this.#limits.answerTimeoutMs / 4, () => {
      const now = this.#clock.now();
      for (const [socket, waiting] of this.#sockets) {
        if (socket.writableLength === 0 || this.#streams.has(socket)) this.#sockets.set(socket, undefined);
        else if (waiting === undefined) this.#sockets.set(socket, { since: now });
        else if (now - waiting.since >= this.#limits.answerTimeoutMs) socket.destroy();
      }
      this.#sweep = this.#sockets.size > 0 ? this.#sweepLater() : undefined;
    });
  }
}

/** Sockets that were answered and do not read. */
interface Waiting {
  readonly since: number;
}

function refuseConnection(socket: Socket): void {
  const error = new HttpError(
    503,
    "TooManyConnections",
    "there are too many connections: close some, or try again later",
  );
  const body = errorBody(error);
  socket.on("error", () => {});
  socket.end(
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\nretry-after: 5\r\n" +
      `connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

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
