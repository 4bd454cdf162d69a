import { type Kernel, type ServiceServer, Sid } from "@doorbell-js/doorbell/kernel";
import { Subscribers } from "@doorbell-js/doorbell/push";

import { type News, news, PublicSource, type SourceEntries, sourceName } from "../../src/source/api.ts";

/** A mock of a source behind its public name: it tells and gives what the test says, true or not. */
export class MockSource implements Disposable {
  /** Its items; number 1 is the first. */
  items: string[] = [];
  readonly #subscribers: Subscribers<News>;
  readonly #server: ServiceServer<SourceEntries>;
  readonly #era: number;

  static async start(kernel: Kernel, name: string, era: number, items: readonly string[] = []): Promise<MockSource> {
    const server = await kernel.names.register(sourceName(name), PublicSource, { sid: Sid.random() });
    return new MockSource(kernel, server, era, [...items]);
  }

  private constructor(kernel: Kernel, server: ServiceServer<SourceEntries>, era: number, items: string[]) {
    this.#server = server;
    this.#era = era;
    this.items = items;
    const subscribers = new Subscribers(kernel, news);
    this.#subscribers = subscribers;
    void server.serve({
      Subscribe: (message) => subscribers.add(message, { era, newest: this.items.length }),
      Unsubscribe: (message) => subscribers.remove(message),
      Fetch: ({ value: { after } }) => {
        const text = this.items[after];
        return text === undefined ? { text: "", sequence: after } : { text, sequence: after + 1 };
      },
    });
  }

  /** Says that this is the newest number. */
  ring(newest: number = this.items.length): void {
    void this.#subscribers.notify({ era: this.#era, newest });
  }

  /** Who has subscribed. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** It is gone, at once. */
  [Symbol.dispose](): void {
    this.#server.destroy({ force: true });
    this.#subscribers[Symbol.dispose]();
  }
}
