import type { Socket } from "node:net";

import type { Carrier, Session } from "../core/index.ts";

/** Who listens to a socket's events, kept on the socket, so that all sockets share the same few functions. */
const owner = Symbol("carrier");

type Owned = Socket & { [owner]: SocketCarrier };

/** Carries a session's bytes over a connected stream socket: TCP, TLS or Unix. */
export class SocketCarrier implements Carrier {
  readonly #socket: Socket;
  readonly #pendingBytesMax: number;
  #session: Session | undefined;

  /** `socket` is half-open: its end is the session's to decide. */
  constructor(socket: Socket, pendingBytesMax: number) {
    this.#socket = socket;
    this.#pendingBytesMax = pendingBytesMax;
  }

  /** Lets the bytes flow to `session`. */
  carry(session: Session): void {
    this.#session = session;
    const socket = this.#socket as Owned;
    socket[owner] = this;
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("drain", onDrain);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  write(bytes: string | Uint8Array): boolean {
    const drainComes = !this.#socket.write(bytes);
    // What the system took at once waits no longer, whatever `write` answers.
    if (this.#socket.writableLength < this.#pendingBytesMax) return true;
    // A TLS socket has a high-water mark of its own; below that no "drain" comes. Nothing, written last, leaves last.
    if (!drainComes) this.#socket.write("", () => this.#session?.drained());
    return false;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end(() => this.#session?.flushed());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  get session(): Session | undefined {
    return this.#session;
  }
}

function onData(this: Socket, chunk: Buffer): void {
  (this as Owned)[owner].session?.received(chunk);
}

function onEnd(this: Socket): void {
  (this as Owned)[owner].session?.inputEnded();
}

function onDrain(this: Socket): void {
  (this as Owned)[owner].session?.drained();
}

function onError(this: Socket): void {
  // A client that resets or vanishes is no event of its own: "close" follows.
}

function onClose(this: Socket): void {
  (this as Owned)[owner].session?.closed();
}
