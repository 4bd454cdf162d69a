import type { MessagePort } from "node:worker_threads";

import { CONNECTIONS_IN_LANE, CONNECTIONS_IN_PAGE, half, laneBytes, type RingSize } from "../ring/layout.ts";
import { Credits } from "../ring/ring.ts";
import type { ToThread } from "./protocol.ts";

/** What is needed to lay a lane. */
export interface LanePowers {
  post(thread: number, message: ToThread, transfer?: readonly MessagePort[]): void;
  /** Two ends of a new channel. */
  channel(): { readonly port1: MessagePort; readonly port2: MessagePort };
}

/** The lanes between threads: the broker allocates their memory, and hands each to its two threads alone. */
export class BrokerLanes {
  readonly #powers: LanePowers;
  readonly #ring: RingSize;
  readonly #lanes = new Map<string, LaneEntry>();

  constructor(powers: LanePowers, ring: RingSize) {
    this.#powers = powers;
    this.#ring = ring;
  }

  /** A free index for a connection; the lane, and room for its counters, are there when it returns. */
  take(client: number, server: number, wakeOf: (thread: number) => SharedArrayBuffer): number {
    const direction = this.#direction(client, server, wakeOf);
    const index = direction.take();
    const { credits } = direction;
    if (credits !== undefined && index >= credits.capacity) {
      const shared = new SharedArrayBuffer(2 * 4 * CONNECTIONS_IN_PAGE);
      credits.addPage(shared);
      this.#powers.post(server, { type: "page", peer: client, out: false, shared });
      this.#powers.post(client, { type: "page", peer: server, out: true, shared });
    }
    return index;
  }

  /** Sees to it that two threads have a lane. */
  introduce(one: number, other: number, wakeOf: (thread: number) => SharedArrayBuffer): void {
    this.#direction(one, other, wakeOf);
  }

  #direction(client: number, server: number, wakeOf: (thread: number) => SharedArrayBuffer): Direction {
    const key = laneKey(client, server);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane =
        client === server
          ? { low: new Direction(undefined), high: new Direction(undefined) }
          : this.#lay(Math.min(client, server), Math.max(client, server), wakeOf);
      this.#lanes.set(key, lane);
    }
    return client <= server ? lane.low : lane.high;
  }

  #lay(low: number, high: number, wakeOf: (thread: number) => SharedArrayBuffer): LaneEntry {
    const shared = new SharedArrayBuffer(laneBytes(this.#ring));
    const { port1, port2 } = this.#powers.channel();
    this.#powers.post(high, { type: "lane", peer: low, direction: 1, shared, port: port2, wake: wakeOf(low) }, [port2]);
    this.#powers.post(low, { type: "lane", peer: high, direction: 0, shared, port: port1, wake: wakeOf(high) }, [
      port1,
    ]);
    const credits = (direction: 0 | 1): Credits => {
      const { sent, consumed } = half(this.#ring, direction);
      const table = (at: number): Int32Array => new Int32Array(shared, at * 4, CONNECTIONS_IN_LANE);
      return new Credits(table(sent), table(consumed));
    };
    return { low: new Direction(credits(0)), high: new Direction(credits(1)) };
  }

  /** Nothing of that connection can come any more: its index is free. */
  release(client: number, server: number, index: number): void {
    const lane = this.#lanes.get(laneKey(client, server));
    (client <= server ? lane?.low : lane?.high)?.release(index);
  }

  /** Messages of a connection sent and not consumed, as the lane's memory says; a lie is cut to what can be. */
  queued(client: number, server: number, index: number, queueMax: number): number {
    const lane = this.#lanes.get(laneKey(client, server));
    const credits = (client <= server ? lane?.low : lane?.high)?.credits;
    return credits === undefined ? 0 : Math.min(queueMax, Math.max(0, credits.difference(index)));
  }

  /** Whether two threads have a lane. */
  have(a: number, b: number): boolean {
    return this.#lanes.has(laneKey(a, b));
  }

  peersOf(thread: number): number[] {
    const peers: number[] = [];
    for (const key of this.#lanes.keys()) {
      const [low = 0, high = 0] = key.split(":").map(Number);
      if (low !== high && (low === thread || high === thread)) peers.push(low === thread ? high : low);
    }
    return peers;
  }

  /** The lane is no more; neither thread will be given it again. */
  remove(a: number, b: number): void {
    this.#lanes.delete(laneKey(a, b));
  }
}

function laneKey(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

interface LaneEntry {
  readonly low: Direction;
  readonly high: Direction;
}

/** One direction of a lane: the connections that one of its threads has to the other. */
class Direction {
  readonly #taken: boolean[] = [];
  readonly credits: Credits | undefined;

  constructor(credits: Credits | undefined) {
    this.credits = credits;
  }

  /** The lowest index that is free. */
  take(): number {
    const free = this.#taken.indexOf(false);
    const index = free < 0 ? this.#taken.length : free;
    this.#taken[index] = true;
    return index;
  }

  release(index: number): void {
    this.#taken[index] = false;
  }
}
