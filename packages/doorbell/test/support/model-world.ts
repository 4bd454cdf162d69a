import type { Limits } from "../../src/line/server/types.ts";

/** One call that the server made to a source or to the board. */
export interface Call {
  /** `fetch random after 3`, `post hello`, `open k1` */
  readonly what: string;
  readonly at: number;
  /** `late`: it was answered for when its time was up. */
  outcome: "pending" | "given" | "failed" | "late" | "answered";
  text: string;
  sequence: number;
}

/** What is known to everyone. */
export interface ModelWorld {
  now: number;
  readonly fetchMs: number;
  readonly idleMs: number;
  readonly lineBytesMax: number;
  readonly answersUnknown: boolean;
  /** By source: the number of its newest item. */
  readonly newest: Map<string, number>;
  /** By inbox: the number of its newest item. */
  readonly boxes: Map<string, number>;
  /** Which inbox a key opens. */
  readonly keys: Map<string, string>;
  readonly wrongKeysMax: number;
  /** Items that became available since the last look at what the server said. */
  rangNow: { readonly source: string; readonly sequence: number }[];
  readonly calls: Call[];
}

/** A world in which nothing has happened. Two of the keys open the same inbox. */
export function newWorld(limits: Limits, answersUnknown: boolean): ModelWorld {
  const { fetchMs, idleMs, lineBytesMax, wrongKeysMax } = limits;
  const keys = new Map([
    ["k1", "box-a"],
    ["k2", "box-b"],
    ["k3", "box-a"],
  ]);
  const empty = { newest: new Map(), boxes: new Map(), rangNow: [], calls: [] };
  return { now: 0, fetchMs, idleMs, lineBytesMax, wrongKeysMax, answersUnknown, keys, ...empty };
}
