/** After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": the network manager, as its subscribers see it. */
import type { Connection, Kernel } from "@doorbell-js/doorbell/kernel";
import { type Main, type SubscribeOptions, Subscriber, type Subscription } from "@doorbell-js/doorbell/push";

import { type Status, wifi } from "./wifi-api.ts";

export class NetManager {
  readonly #wifi: Subscriber<Status>;

  constructor(kernel: Kernel, connection: Connection) {
    this.#wifi = new Subscriber(kernel, connection, wifi);
  }

  /** You can only hook this once per object. `main` is a server of this thread, or a connection to one of any thread. */
  async wifiStateSubscribe(main: Main, opcode: number, options?: SubscribeOptions): Promise<Subscription<Status>> {
    return await this.#wifi.subscribe(main, opcode, options);
  }

  /** If we're not subscribed, does nothing. */
  async wifiStateUnsubscribe(): Promise<void> {
    await this.#wifi.unsubscribe();
  }
}
