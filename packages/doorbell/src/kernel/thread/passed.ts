import type { SyncOptions, WaitOptions } from "../api.ts";
import type { Lane } from "./lane.ts";
import type { Draft } from "./sending.ts";
import type { Failure } from "./types.ts";

/** A message can be passed on so often. */
export const depthMax = 8;

/** What goes along with a message that is passed on. */
export interface Passed {
  /** How often it was passed on, this time included. */
  readonly depth: number;
  /** For a call: the way to who made it, and how the call is known there. */
  readonly caller: Caller | undefined;
}

/** Who made a call, and what an answer to it must name. */
export interface Caller {
  readonly lane: Lane;
  readonly call: number;
  readonly key: number;
}

/** A received message, as who passes it on sees it. */
export interface Passable {
  readonly passed: Passed;
  /** What is sent. Fails with `DoubleFree` if it is this program's no longer, with `MemoryInUse` while it is looked at. */
  draft(id: number, passed: Passed): Draft;
  /** It waits to be passed on: until then its program can do nothing with it. */
  waits(): void;
  /** It could not be passed on: it is its program's again. */
  stays(): void;
  /** It was passed on. */
  gone(): void;
}

/** How a message is passed on over a connection. */
export interface Forwards {
  try(message: Passable, id: number): Failure | undefined;
  forward(message: Passable, id: number, options: WaitOptions): Promise<void>;
  sync(message: Passable, id: number, options: SyncOptions): void;
}
