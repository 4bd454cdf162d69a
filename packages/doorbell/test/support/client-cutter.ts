import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

import { reset } from "@doorbell-js/test-support/reset";

/** Where the first connection is cut. */
export interface Cut {
  /** Counted in bytes from the client, or to it. */
  readonly direction: "up" | "down";
  readonly atByte: number;
  readonly manner: "rst" | "fin";
}

/** A proxy that lets bytes through, cuts its first connection at one byte, and counts. */
export class Cutter implements AsyncDisposable {
  readonly bytes: { up: number; down: number } = { up: 0, down: 0 };
  wasCut = false;
  /** Lines that crossed, in both directions. */
  lines = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #to: number;
  readonly #cut: Cut | undefined;
  #connections = 0;

  private constructor(to: number, cut: Cut | undefined) {
    this.#to = to;
    this.#cut = cut;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#carry(client));
  }

  static async start(to: number, cut?: Cut): Promise<Cutter> {
    const made = new Cutter(to, cut);
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket): void {
    const cut = this.#connections === 0 ? this.#cut : undefined;
    this.#connections += 1;
    const server = connect({ port: this.#to, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    }
    this.#pipe(client, server, "up", cut);
    this.#pipe(server, client, "down", cut);
    if (cut?.atByte === 0) server.once("connect", () => this.#end(cut, client, server));
  }

  #pipe(from: Socket, to: Socket, direction: "up" | "down", cut: Cut | undefined): void {
    let passed = 0;
    from.on("data", (chunk: Buffer) => {
      const left = cut?.direction === direction ? cut.atByte - passed : Infinity;
      if (left <= 0) return;
      const bytes = chunk.subarray(0, left);
      passed += bytes.length;
      this.bytes[direction] += bytes.length;
      for (const byte of bytes) if (byte === 10) this.lines += 1;
      to.write(bytes);
      if (cut !== undefined && passed === cut.atByte && cut.direction === direction) this.#end(cut, from, to);
    });
    from.on("end", () => to.end());
    from.on("close", () => to.destroy());
  }

  #end({ manner }: Cut, from: Socket, to: Socket): void {
    this.wasCut = true;
    if (manner === "fin") return void to.end();
    reset(from);
    // What was written before the reset is to arrive: the cut is after this byte.
    to.write("", () => setImmediate(() => reset(to)));
  }
}
