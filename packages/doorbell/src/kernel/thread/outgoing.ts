import { Completion } from "./completion.ts";
import type { Lane } from "./lane.ts";

/** A send that waits for room. */
export interface SendWaiter {
  /** Tries again; true once it is done, well or badly. */
  attempt(): boolean;
  fail(error: unknown): void;
}

/** This thread's side of a connection: what all its handles share. */
export class Outgoing {
  readonly lane: Lane;
  readonly index: number;
  readonly cid: number;
  readonly queueMax: number;
  /** The opcodes that pass; `undefined` is all. */
  readonly opcodes: ReadonlySet<number> | undefined;
  references = 0;
  alive = true;
  readonly ended: Completion<void> = new Completion<void>();
  /** Room in the queue as last known: never more than there is. */
  room = 0;
  /** Awaited sends in line, first come first served. */
  readonly waiters: SendWaiter[] = [];

  constructor(lane: Lane, index: number, cid: number, queueMax: number, opcodes: ReadonlySet<number> | undefined) {
    this.lane = lane;
    this.index = index;
    this.cid = cid;
    this.queueMax = queueMax;
    this.opcodes = opcodes;
  }
}
