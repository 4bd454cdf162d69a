/** The network manager, as its subscribers see it. */
import type { Connection, Infer, Kernel } from "@doorbell-js/doorbell/kernel";
import { type Main, type SubscribeOptions, Subscriber, type Subscription } from "@doorbell-js/doorbell/push";

import { wifi, type WlanStatus } from "./wifi-api.ts";

type Status = Infer<typeof WlanStatus>;

export class NetManager {
  readonly #wifi: Subscriber<Status>;

  constructor(kernel: Kernel, connection: Connection) {
    this.#wifi = new Subscriber(kernel, connection, wifi);
  }

  /** You can only hook this once per object. */
  async wifiStateSubscribe(main: Main, opcode: number, options?: SubscribeOptions): Promise<Subscription<Status>> {
    return await this.#wifi.subscribe(main, opcode, options);
  }

  /** If we're not subscribed, does nothing. */
  async wifiStateUnsubscribe(): Promise<void> {
    await this.#wifi.unsubscribe();
  }
}
