import type { SidWords } from "../../../src/kernel/ids.ts";

/** What it is told. */
export interface QuietJob {
  readonly part: "call" | "serve";
  /** The server that calls are passed on to; what passes them on is called by `front`. */
  readonly sid: SidWords;
  readonly front: SidWords;
  /** Set once the caller knows that the server has ended. */
  readonly heard: SharedArrayBuffer;
}

/** Of what is passed on, the server answers this and dies of anything else. */
export const answered = 1;
export const calls = 100;
