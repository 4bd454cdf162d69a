import { randomInt } from "node:crypto";

import type { Kernel } from "@doorbell-js/doorbell/kernel";
import type { Source, Subscription } from "@doorbell-js/doorbell/line";
import { type SubscribeAnswer, Subscribers } from "@doorbell-js/doorbell/push";

import { type Item, type News, news, type Wish } from "./api.ts";

/** The handlers of the opcodes that all sources have; what they need of a message any service's message has. */
export interface SourceHandlers {
  Subscribe(message: Parameters<Subscribers<News>["add"]>[0]): Promise<SubscribeAnswer<News>>;
  Unsubscribe(message: Parameters<Subscribers<News>["remove"]>[0]): number;
  Fetch(message: { readonly value: Wish }): Promise<Item>;
  Snapshot(): readonly [number, number, number, number, number];
}

/** A source behind its private server: who subscribed to it, and what they are answered. */
export class SourceHost implements Disposable {
  readonly handlers: SourceHandlers;
  readonly #subscribers: Subscribers<News>;
  readonly #subscription: Subscription;
  readonly #era: number;
  #newest: number;

  /** `era` says which count the source's numbers are of, for one whose items survive it. @default a new one */
  constructor(kernel: Kernel, source: Source, era: number = randomInt(1, 2 ** 48 - 1)) {
    this.#era = era;
    const subscribers = new Subscribers(kernel, news);
    this.#subscribers = subscribers;
    this.#subscription = source.subscribe((newest) => {
      this.#newest = newest;
      // Not awaited: who is slow is told the newest in its own turn, and keeps no other waiting.
      void subscribers.notify(this.#news());
    });
    this.#newest = this.#subscription.newest;
    this.handlers = {
      Subscribe: (message) => subscribers.add(message, this.#news()),
      Unsubscribe: (message) => subscribers.remove(message),
      Fetch: async ({ value }) => await source.fetch(value.after),
      Snapshot: () => [this.#newest, subscribers.size, subscribers.late, subscribers.pruned, subscribers.dropped],
    };
  }

  /** Tells nobody any more. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#subscribers[Symbol.dispose]();
  }

  #news(): News {
    return { era: this.#era, newest: this.#newest };
  }
}
