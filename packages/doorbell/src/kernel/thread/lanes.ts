import type { Wake } from "../ring/wake.ts";
import type { Lane, RemoteLane } from "./contracts.ts";

/** All lanes of a thread, and the order in which what came by them is taken. */
export class Lanes {
  readonly #wake: Wake;
  /** Takes new lanes of which the broker has posted. */
  readonly #takeNew: () => void;
  readonly #byPeer = new Map<number, RemoteLane>();
  #all: readonly RemoteLane[] = [];
  #local: Lane | undefined;
  #draining = false;
  /** The ticket of each lane's first message that a merge passed over. */
  readonly #passedOver = new WeakMap<RemoteLane, number>();

  constructor(wake: Wake, takeNew: () => void) {
    this.#wake = wake;
    this.#takeNew = takeNew;
  }

  get all(): readonly RemoteLane[] {
    return this.#all;
  }

  /** The lane to this thread itself. */
  set local(lane: Lane) {
    this.#local = lane;
  }

  get(peer: number): Lane | undefined {
    return peer === this.#local?.peer ? this.#local : this.#byPeer.get(peer);
  }

  remote(peer: number): RemoteLane | undefined {
    return this.#byPeer.get(peer);
  }

  add(lane: RemoteLane): void {
    this.#byPeer.set(lane.peer, lane);
    this.#all = [...this.#all, lane];
  }

  remove(lane: RemoteLane): void {
    this.#byPeer.delete(lane.peer);
    this.#all = this.#all.filter((one) => one !== lane);
  }

  /** Whether anything can be taken. To be asked before sleep: who waits for room hears of what was made. */
  get ready(): boolean {
    for (const lane of this.#all) {
      lane.giveRoom();
      if (lane.look() > 0) return true;
    }
    return false;
  }

  /** Takes what was there when it began: never more than a ring of each, so that a flood starves nobody. */
  drain(): boolean {
    if (this.#draining) return false;
    this.#draining = true;
    try {
      return this.#drain();
    } finally {
      this.#draining = false;
    }
  }

  #drain(): boolean {
    for (;;) {
      const lanes = this.#all;
      let ready = 0;
      let only: RemoteLane | undefined;
      for (const lane of lanes) {
        lane.giveRoom();
        if (lane.look() === 0) continue;
        ready += 1;
        only = lane;
      }
      const seen = only?.seen ?? 0;
      // If the others are still empty on a second look, nothing that they get now was sent before what is taken here.
      const isMerge = only !== undefined && (ready > 1 || this.#anyBut(only));
      // What has a ticket below the horizon was begun before the horizon was read; so whatever was finished before that is
      // visible to the look that follows.
      const horizon = this.#wake.nextTicket;
      if (isMerge) for (const lane of lanes) lane.look();
      // A lane that was laid meanwhile may hold what was sent before all that was seen: its news was posted before that.
      this.#takeNew();
      if (this.#all !== lanes) continue;
      if (only === undefined) return false;
      if (isMerge) return this.#merge(lanes, horizon);
      only.drain(seen);
      return true;
    }
  }

  #anyBut(only: RemoteLane): boolean {
    for (const lane of this.#all) if (lane !== only && lane.look() > 0) return true;
    return false;
  }

  /** Takes messages of several lanes by their tickets, those below the horizon: so nothing is overtaken. */
  #merge(lanes: readonly RemoteLane[], horizon: number): boolean {
    let taken = 0;
    for (;;) {
      let next: RemoteLane | undefined;
      let first = 0;
      for (const lane of lanes) {
        const before = lane.seen;
        const more = lane.skipAnswers();
        taken += before - lane.seen;
        if (!more || lane.ended) continue;
        const age = (lane.ticket - horizon) | 0;
        if (next !== undefined && age >= first) continue;
        next = lane;
        first = age;
      }
      // Tickets are hints: if all are beyond the horizon although something is there, it is taken all the same.
      if (next === undefined || (first >= 0 && taken > 0)) break;
      next.takeOne();
      taken += 1;
    }
    for (const lane of lanes) if (this.#isPassedOverAgain(lane)) lane.takeOne();
    for (const lane of lanes) lane.release();
    return taken > 0;
  }

  /**
   * Whether the first message of a lane was passed over by the last merge as well. What was beyond that one's horizon is
   * below this one's, unless somebody lies about tickets; and then it would be passed over for ever.
   */
  #isPassedOverAgain(lane: RemoteLane): boolean {
    if (lane.seen <= 0 || lane.ended) return false;
    const { ticket } = lane;
    if (this.#passedOver.get(lane) === ticket) return true;
    this.#passedOver.set(lane, ticket);
    return false;
  }
}
