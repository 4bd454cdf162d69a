import { AssertionError } from "node:assert/strict";
import { MessageChannel, type MessagePort } from "node:worker_threads";

import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { Actor, type Order } from "./actor.ts";
import type { Outcome } from "./command.ts";

export type ToParty = { readonly order: Order } | { readonly hear: true } | { readonly clear: true };
export type FromParty =
  | { readonly settled: number; readonly outcome: Outcome }
  | { readonly done: true }
  /** It cannot hear the kernel any more. */
  | { readonly deaf: string }
  | { readonly left: number };

/** One thread of a history, as its driver sees it. */
export interface Party {
  /** Its number in the kernel. */
  readonly thread: number;
  /** Resolves once the command is begun and what can end at once has ended; not before a blocking one ends. */
  begin(order: Order): Promise<void>;
  /** Resolves once it has heard what the broker has told so far. */
  hear(): Promise<void>;
  /** Forgets the history; resolves with how many commands of it still wait. */
  clear(): Promise<number>;
  end(): Promise<void>;
}

type Say = (ticket: number, outcome: Outcome) => void;

/** The thread that the test runs on. */
export class MainParty implements Party {
  readonly thread: number;
  readonly #actor: Actor;

  constructor(kernel: Kernel, say: Say) {
    this.thread = kernel.thread;
    this.#actor = new Actor(kernel, say);
  }

  async begin(order: Order): Promise<void> {
    await this.#actor.begin(order);
  }

  async hear(): Promise<void> {
    await this.#actor.hear();
  }

  clear(): Promise<number> {
    return Promise.resolve(this.#actor.clear());
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** A worker. */
export class WorkerParty implements Party {
  readonly thread: number;
  readonly #spawned: SpawnedThread;
  readonly #port: MessagePort;
  /** Who waits for the worker's replies, in order. */
  readonly #waiting: { resolve(left: number): void; reject(error: Error): void }[] = [];

  private constructor(spawned: SpawnedThread, port: MessagePort, say: Say) {
    this.thread = spawned.thread;
    this.#spawned = spawned;
    this.#port = port;
    port.on("message", (message: FromParty) => {
      if ("settled" in message) say(message.settled, message.outcome);
      else if ("deaf" in message)
        this.#waiting.shift()?.reject(new AssertionError({ message: `a party does not hear: ${message.deaf}` }));
      else this.#waiting.shift()?.resolve("left" in message ? message.left : 0);
    });
  }

  static async start(kernel: Kernel, say: Say): Promise<WorkerParty> {
    const { port1, port2 } = new MessageChannel();
    const url = new URL("./party-worker.js", import.meta.url);
    const party = new WorkerParty(await kernel.spawn(url, { data: port2, transfer: [port2] }), port1, say);
    await party.hear();
    return party;
  }

  async begin(order: Order): Promise<void> {
    await this.#ask({ order });
  }

  async hear(): Promise<void> {
    await this.#ask({ hear: true });
  }

  clear(): Promise<number> {
    return this.#ask({ clear: true });
  }

  #ask(message: ToParty): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#port.postMessage(message);
    });
  }

  async end(): Promise<void> {
    await this.#spawned.terminate();
    this.#port.close();
  }
}
