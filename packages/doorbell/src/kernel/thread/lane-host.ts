import type { MessagePort } from "node:worker_threads";

import type { Slot } from "../ring/index.ts";
import type { GivenPass } from "./lane.ts";
import type { RingLane } from "./ring-lane.ts";

/** What a ring lane needs of the thread that has it. */
export interface LaneHost {
  /** A slot was taken from the ring. */
  arrived(lane: RingLane, slot: Slot): void;
  /** The other end broke the rules. */
  broken(lane: RingLane, reason: string): void;
  /** There is no room in this lane for the word that a call was passed on: it is to go by the kernel. */
  relay(lane: RingLane, pass: GivenPass): void;
  /** Something waits for room in this lane. */
  stalled(lane: RingLane): void;
  /** Some places in queues are free that the other end is not told of yet: this thread is to look again soon. */
  freed(): void;
  /** A connection ended, and everything that came by it was taken from the ring. */
  drained(lane: RingLane, connection: number): void;
}

/** Memory and port of a lane, as the broker gave them. */
export interface LaneParts {
  readonly peer: number;
  readonly direction: 0 | 1;
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
}
