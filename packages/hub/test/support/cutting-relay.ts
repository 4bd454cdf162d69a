import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Passes connections on, and breaks each after so many bytes of the answer. */
export class CuttingRelay implements AsyncDisposable {
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param bytesNext how many bytes of an answer the next connection lets through; Infinity is all */
  static async to(port: number, bytesNext: () => number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(port, bytesNext);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  private constructor(port: number, bytesNext: () => number) {
    this.#server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => this.#sockets.delete(socket));
      }
      let left = bytesNext();
      near.pipe(far);
      far.on("data", (bytes: Buffer) => {
        near.write(bytes.subarray(0, Math.min(left, bytes.length)));
        left -= bytes.length;
        if (left > 0) return;
        this.cuts += 1;
        // What was let through arrives; then the connection is gone, for the hub in the rudest way.
        near.end();
        far.resetAndDestroy();
      });
      far.on("close", () => near.destroySoon());
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
