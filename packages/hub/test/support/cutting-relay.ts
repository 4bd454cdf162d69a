import { reset } from "@doorbell-js/test-support/reset";

import { Relay } from "./relay.ts";

/** Passes connections on, and breaks each after so many bytes of the answer. */
export class CuttingRelay implements AsyncDisposable {
  cuts = 0;
  #relay!: Relay;

  /** @param bytesNext how many bytes of an answer the next connection lets through; Infinity is all */
  static async to(port: number, bytesNext: () => number): Promise<CuttingRelay> {
    const self = new CuttingRelay();
    self.#relay = await Relay.to(port, (near, far) => {
      let left = bytesNext();
      near.pipe(far);
      far.on("data", (bytes: Buffer) => {
        near.write(bytes.subarray(0, Math.min(left, bytes.length)));
        left -= bytes.length;
        if (left > 0) return;
        self.cuts += 1;
        // What was let through arrives; then the connection is gone, for the hub in the rudest way.
        near.end();
        reset(far);
      });
      far.on("close", () => near.destroySoon());
    });
    return self;
  }

  get port(): number {
    return this.#relay.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]();
  }
}
