import { MessageChannel } from "node:worker_threads";

import type { ToBroker, ToThread } from "../../../src/kernel/broker/protocol.ts";
import { laneBytes } from "../../../src/kernel/ring/layout.ts";
import { Wake, wakeBytes } from "../../../src/kernel/ring/wake.ts";
import { Station } from "../../../src/kernel/thread/station.ts";
import { RawLane } from "./raw-lane.ts";

const ring = { slots: 16, bytes: 1_024 };
const thread = 5;

/** A real station, alone: what the kernel tells it, what time it is, and all that comes by its lanes a test says. */
export class LoneStation implements Disposable {
  /** What it asked the kernel. */
  readonly posted: ToBroker[] = [];
  /** What the kernel has told it, and it has not taken. */
  readonly news: ToThread[] = [];
  readonly station: Station;
  /** Whether its thread is being terminated. */
  isEnding = false;
  readonly #wake = new SharedArrayBuffer(wakeBytes);
  readonly #lanes: RawLane[] = [];
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor() {
    this.station = new Station({ thread, ring }, new Wake(this.#wake), {
      post: (message) => void this.posted.push(message),
      take: () => this.news.shift(),
      park: () => {},
      wait: () => false,
      keepAlive: () => {},
      later: () => ({ cancel: () => {} }),
      after: (ms, run) => {
        const timer = { at: this.#now + ms, run };
        this.#timers.push(timer);
        return { cancel: () => (this.#timers = this.#timers.filter((one) => one !== timer)) };
      },
      isEnding: () => this.isEnding,
      randomKey: () => 2 ** 52 + 1,
      now: () => this.#now,
      spinMs: 0,
    });
  }

  /** A lane to another thread: what the kernel tells of it, and the other thread's end. */
  lay(peer: number): { readonly told: ToThread; readonly there: RawLane } {
    const shared = new SharedArrayBuffer(laneBytes(ring));
    const { port1, port2 } = new MessageChannel();
    const news = { type: "lane", shared } as const;
    const there = new RawLane({ ...news, peer: thread, direction: 1, port: port2, wake: this.#wake }, ring);
    this.#lanes.push(there);
    const wake = new SharedArrayBuffer(wakeBytes);
    return { told: { ...news, peer, direction: 0, port: port1, wake }, there };
  }

  /** What the kernel tells of a connection that a thread has to its first server. */
  static opened(peer: number): ToThread {
    return { type: "opened", peer, connection: 0, server: 1, opcodes: undefined, narrowed: undefined };
  }

  /** What the kernel tells it is there, and it has been told of that. */
  tell(...news: readonly ToThread[]): void {
    this.news.push(...news);
    new Wake(this.#wake).ringControl();
  }

  /** Time goes on. */
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  /** Those requests of one type that it made. */
  asked<T extends ToBroker["type"]>(type: T): Extract<ToBroker, { type: T }>[] {
    return this.posted.filter((one): one is Extract<ToBroker, { type: T }> => one.type === type);
  }

  [Symbol.dispose](): void {
    for (const { port } of this.#lanes) port.close();
  }
}
