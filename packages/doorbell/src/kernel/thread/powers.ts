import type { ToBroker, ToThread } from "../broker/index.ts";
import type { Wake } from "../ring/index.ts";

/** What a thread's side of the kernel needs of the world. */
export interface ThreadPowers {
  /** Posts to the broker. */
  post(message: ToBroker, transfer?: readonly unknown[]): void;
  /** What the broker has posted next, if anything. */
  take(): ToThread | undefined;
  /** Parks this thread on its flag, for so many milliseconds at most. */
  park(wake: Wake, ms: number): void;
  /** Calls back once the flag is cleared; true if it is clear already, and no call will come. */
  wait(wake: Wake, run: () => void): boolean;
  /** Whether something is awaited that shall keep the program alive. */
  keepAlive(on: boolean): void;
  /** Runs it in a later turn of the event loop, unless cancelled. */
  later(run: () => void): { cancel(): void };
  /** Runs it after so many milliseconds, unless cancelled. */
  after(ms: number, run: () => void): { cancel(): void };
  /** Whether this thread is being ended from outside: for a moment it goes on, and reads nothing of what was posted. */
  isEnding(): boolean;
  /** A whole number of 53 bits that nobody can guess. */
  randomKey(): number;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** For how many milliseconds a blocking call may look again and again before it parks; 0 where there is one core. */
  readonly spinMs: number;
}
