import { Socket } from "node:net";

/**
 * Watches how much waits in the program, not in the system, for the clients of servers in this process. It stands
 * between the server and `Socket.write`, as no server tells.
 */
export class Waiting implements Disposable {
  /** The most that ever waited in one socket. */
  max = 0;
  readonly #sockets = new Set<Socket>();
  readonly #write = Socket.prototype.write;

  constructor() {
    const { write } = Socket.prototype;
    const wrote = (socket: Socket): void => this.#wrote(socket);
    Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
      const more = Reflect.apply(write, this, args) as boolean;
      wrote(this);
      return more;
    };
  }

  /** How many sockets have at least this much waiting now. */
  count(bytes: number): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed && socket.writableLength >= bytes).length;
  }

  #wrote(socket: Socket): void {
    // Only those that a server accepted have one.
    if ((socket as Socket & { server?: unknown }).server === undefined) return;
    this.#sockets.add(socket);
    this.max = Math.max(this.max, socket.writableLength);
  }

  [Symbol.dispose](): void {
    Socket.prototype.write = this.#write;
  }
}
