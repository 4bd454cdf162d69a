import type { Connection, Kernel, WaitOptions } from "@doorbell-js/doorbell/kernel";
import { type Main, type SubscribeOptions, Subscriber, type Subscription } from "@doorbell-js/doorbell/push";

import { netName, wifi, type WifiState } from "./serve.ts";

/** The machine's network, as its subscribers see it. Disposing of it unsubscribes. */
export class NetManager implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #wifi: Subscriber<WifiState>;

  /** Connects by its name to the network manager of this kernel, as soon as there is one. */
  static async connect(kernel: Kernel, options: WaitOptions = {}): Promise<NetManager> {
    return new NetManager(kernel, await kernel.names.connect(netName, options));
  }

  constructor(kernel: Kernel, connection: Connection) {
    this.#connection = connection;
    this.#wifi = new Subscriber(kernel, connection, wifi);
  }

  /**
   * Subscribes: each new state comes to `main` as a message of that opcode, for `take` of what is given back; over a
   * connection, for `readRing` where it leads. Fails with `ServerExists` if this handle has subscribed already, and as a
   * `Subscriber` does.
   */
  async wifiStateSubscribe(main: Main, opcode: number, options?: SubscribeOptions): Promise<Subscription<WifiState>> {
    return await this.#wifi.subscribe(main, opcode, options);
  }

  /** Ends the subscription. Without one it does nothing. */
  async wifiStateUnsubscribe(): Promise<void> {
    await this.#wifi.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wifiStateUnsubscribe();
    this.#connection.disconnect();
  }
}
