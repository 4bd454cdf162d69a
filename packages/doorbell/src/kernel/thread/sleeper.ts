import type { ToBroker, ToThread } from "../broker/protocol.ts";
import { KernelError } from "../errors.ts";
import { checkKnown } from "../options.ts";
import { Asleep, Wake } from "../ring/wake.ts";
import type { WaitOptions } from "../types.ts";
import type { Completion } from "./completion.ts";

/** However the wake-up words lie, a thread looks again after so long. */
export const lookAgainMs = 4_000;
/** How often a thread takes what comes before it lets its event loop have a turn. */
const pumpsPerTurn = 16;

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

/** What a sleeping thread looks at. */
interface Work {
  /** Takes what has come; whether there was anything. */
  pump(): boolean;
  /** Whether there is anything to take, or room for what waits for it. */
  pending(): boolean;
}

/**
 * How a thread sleeps and is woken: parked in the operating system while it makes a blocking call, or in its event loop
 * while something is awaited. The order is always: say that one sleeps, look once more, sleep. Whoever sends publishes
 * first and looks at the flag second; so one of the two sees the other.
 */
export class Sleeper {
  readonly #wake: Wake;
  readonly #powers: ThreadPowers;
  readonly #work: Work;
  /** How many awaited things keep the thread listening. */
  #awaited = 0;
  /** A wait in the event loop is pending. */
  #armed = false;
  /** A turn will come by itself. */
  #scheduled: { cancel(): void } | undefined;
  #keptAlive = false;
  readonly #parkSpin: Spin;
  readonly #loopSpin: Spin;
  #lookAgain: { cancel(): void } | undefined;
  #stopped = false;

  constructor(wake: Wake, powers: ThreadPowers, work: Work) {
    this.#wake = wake;
    this.#powers = powers;
    this.#work = work;
    this.#parkSpin = new Spin(powers);
    this.#loopSpin = new Spin(powers);
  }

  /** Something is awaited: the thread listens from now on. */
  begin(): void {
    this.#awaited += 1;
    if (this.#awaited === 1) this.#listen();
  }

  /** It is awaited no longer. The program is let go at the end of the turn, lest it is begun again at once. */
  end(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#schedule();
  }

  /** Blocks until `done`, looking and parking in turns; false if the time was up first. Once it is done it is not asked again. */
  block(done: () => boolean, timeoutMs: number): boolean {
    this.#work.pump();
    if (done()) return true;
    const look = (): boolean => this.#work.pending() && this.#work.pump() && done();
    if (this.#parkSpin.until(look)) {
      if (this.#awaited > 0) this.#listen();
      return true;
    }
    return this.#park(done, look, timeoutMs);
  }

  #park(done: () => boolean, look: () => boolean, timeoutMs: number): boolean {
    const until = this.#powers.now() + timeoutMs;
    try {
      for (;;) {
        this.#wake.fallAsleep(Asleep.parked);
        if (done()) return true;
        if (!this.#work.pending()) {
          const left = until - this.#powers.now();
          if (left <= 0) return false;
          this.#powers.park(this.#wake, Math.min(left, lookAgainMs));
        }
        this.#work.pump();
        if (done() || this.#parkSpin.until(look)) return true;
      }
    } finally {
      this.#wake.awake();
      if (this.#awaited > 0) this.#listen();
    }
  }

  /** A turn of the event loop: takes what has come, for a while; and rests once nothing has. */
  readonly #turn = (): void => {
    this.#scheduled = undefined;
    if (this.#stopped) return;
    this.#wake.awake();
    let pumps = 0;
    while (pumps < pumpsPerTurn && this.#work.pump()) pumps += 1;
    // What was awaited goes on after this turn, and may send: where a spin may pay, it comes after that.
    if (pumps === pumpsPerTurn || (pumps > 0 && this.#powers.spinMs > 0)) this.#schedule();
    else if (this.#awaited > 0 && this.#loopSpin.until(this.#pending)) this.#schedule();
    else this.#rest();
  };

  readonly #pending = (): boolean => this.#work.pending();

  /** Something is awaited: the thread listens from the end of what runs now. */
  #listen(): void {
    if (this.#powers.spinMs > 0) return this.#schedule();
    // A turn to come would only find that something is awaited again.
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    this.#rest();
  }

  /** Says that the thread waits in its event loop, if anything is awaited, and sees to it that it will be woken. */
  #rest(): void {
    if (this.#scheduled !== undefined || this.#stopped) return;
    const listening = this.#awaited > 0;
    if (this.#keptAlive !== listening) {
      this.#keptAlive = listening;
      this.#powers.keepAlive(listening);
    }
    if (!listening) {
      this.#wake.awake();
      return;
    }
    this.#wake.fallAsleep(Asleep.inEventLoop);
    if (this.#work.pending()) {
      this.#wake.awake();
      this.#schedule();
    } else if (!this.#armed) {
      this.#armed = !this.#powers.wait(this.#wake, this.#woken);
      if (!this.#armed) this.#schedule();
      this.#lookAgain ??= this.#powers.after(lookAgainMs, () => {
        this.#lookAgain = undefined;
        if (this.#awaited > 0) this.#turn();
      });
    }
  }

  readonly #woken = (): void => {
    this.#armed = false;
    if (this.#scheduled === undefined) this.#turn();
  };

  /** Takes another turn, later. */
  soon(): void {
    this.#schedule();
  }

  #schedule(): void {
    this.#scheduled ??= this.#powers.later(this.#turn);
  }

  /** Lets the program go: nothing will come any more. */
  stop(): void {
    this.#stopped = true;
    this.#lookAgain?.cancel();
    this.#powers.keepAlive(false);
  }
}

/** Looks before the first look at the clock, which takes as long as a few of them: what is at hand is found without. */
const looksUntimed = 128;
/** Looks between two looks at the clock. */
const looksTimed = 64;
/** After a spin that failed the next 2, 4, 8 … waits do without, up to so many. */
const skipMax = 64;

/**
 * Looking again and again for a while before going to sleep, where that has been worth it: between two cores a wake-up
 * takes tens of microseconds, and what comes at once needs none. Where it was not worth it, it is tried ever more seldom.
 */
class Spin {
  readonly #powers: ThreadPowers;
  #skip = 0;
  #skipNext = 1;

  constructor(powers: ThreadPowers) {
    this.#powers = powers;
  }

  /** Whether `look` found something in time. */
  until(look: () => boolean): boolean {
    const { spinMs } = this.#powers;
    if (spinMs === 0) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    if (looked(look, looksUntimed)) return this.#found();
    const end = this.#powers.now() + spinMs;
    do if (looked(look, looksTimed)) return this.#found();
    while (this.#powers.now() < end);
    this.#skip = this.#skipNext;
    this.#skipNext = Math.min(skipMax, this.#skipNext * 2);
    return false;
  }

  #found(): true {
    this.#skipNext = 1;
    return true;
  }
}

function looked(look: () => boolean, times: number): boolean {
  for (let left = times; left > 0; left -= 1) if (look()) return true;
  return false;
}

/**
 * Awaits a completion, and keeps the program alive meanwhile. At the deadline, or when the signal says so, it is ended by
 * `giveUp` with the error.
 */
export function waitFor<T>(
  { powers, sleeper }: { readonly powers: ThreadPowers; readonly sleeper: Sleeper },
  what: Completion<T>,
  options: Wait,
  late: string,
  giveUp: (error: unknown) => void,
): Promise<T> {
  if (!what.pending) return what.promise();
  const { timeoutMs, signal } = options;
  const timer =
    timeoutMs === undefined ? undefined : powers.after(timeoutMs, () => giveUp(new KernelError("Timeout", late)));
  const abort = signal === undefined ? undefined : (): void => giveUp(signal.reason);
  if (abort !== undefined) signal?.addEventListener("abort", abort, { once: true });
  what.onEnd = (): void => {
    timer?.cancel();
    if (abort !== undefined) signal?.removeEventListener("abort", abort);
    sleeper.end();
  };
  const promise = what.promise();
  sleeper.begin();
  return promise;
}

type Wait = { readonly [K in keyof WaitOptions]: WaitOptions[K] | undefined };

/**
 * Refuses a wait before anything is done for it: with `InvalidArgument` if its deadline is no number of milliseconds, and
 * with the reason of a signal that was given before.
 */
export function checkWait(options: Wait): void {
  checkKnown("A call that waits", options, waitNames);
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined) checkTimeout(timeoutMs);
  signal?.throwIfAborted();
}

/** Those of a call with memory are among them: they come in one object. */
const waitNames = ["timeoutMs", "signal", "offset", "valid"];

export function checkTimeout(timeoutMs: number): void {
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0))
    throw new KernelError("InvalidArgument", "timeoutMs is a number of milliseconds, 0 or more; Infinity is no limit.");
}

/**
 * How the kernel's own thread is woken by those who send to it: by a word on their control line. It sleeps on nothing that
 * another thread can write, so nobody can keep it asleep, or awake, by a lie.
 */
export class KernelWake extends Wake {
  readonly #powers: ThreadPowers;

  constructor(shared: SharedArrayBuffer, powers: ThreadPowers) {
    super(shared);
    this.#powers = powers;
  }

  override ring(): void {
    this.#powers.post({ type: "ring" });
  }
}
