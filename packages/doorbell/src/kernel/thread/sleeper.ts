import { Asleep, type Wake } from "../ring/index.ts";
import type { ThreadPowers } from "./powers.ts";

/** What a sleeping thread looks at. */
export interface Work {
  /** Takes what has come; whether there was anything. */
  pump(): boolean;
  /** Whether there is anything to take, or room for what waits for it. */
  pending(): boolean;
}

/** However the wake-up words lie, a thread looks again after so long. */
const lookAgainMs = 4_000;
/** How often a thread takes what comes before it lets its event loop have a turn. */
const pumpsPerTurn = 16;
/** A spin that failed is not tried again for 2, 4, 8 … waits, up to so many. */
const skipMax = 64;

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
  #scheduled = false;
  #keptAlive = false;
  #skip = 0;
  #skipNext = 1;
  #lookAgain: { cancel(): void } | undefined;
  #stopped = false;

  constructor(wake: Wake, powers: ThreadPowers, work: Work) {
    this.#wake = wake;
    this.#powers = powers;
    this.#work = work;
  }

  /** Something is awaited: the thread listens from now on. */
  begin(): void {
    this.#awaited += 1;
    if (this.#awaited === 1) this.rest();
  }

  /** It is awaited no longer. The program is let go at the end of the turn, lest it is begun again at once. */
  end(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#schedule();
  }

  /** Blocks until `done`, looking and parking in turns; false if the time was up first. Once it is done it is not asked again. */
  block(done: () => boolean, timeoutMs: number): boolean {
    const until = this.#powers.now() + timeoutMs;
    try {
      for (;;) {
        this.#work.pump();
        if (done()) return true;
        if (this.#spin(done)) return true;
        this.#wake.fallAsleep(Asleep.parked);
        if (done()) return true;
        if (this.#work.pending()) continue;
        const left = until - this.#powers.now();
        if (left <= 0) return false;
        this.#powers.park(this.#wake, Math.min(left, lookAgainMs));
      }
    } finally {
      this.#wake.awake();
      if (this.#awaited > 0) this.rest();
    }
  }

  /** Looks again and again for a while, where that has been worth it: an answer that comes at once needs no wake-up. */
  #spin(done: () => boolean): boolean {
    if (this.#powers.spinMs === 0) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    const until = this.#powers.now() + this.#powers.spinMs;
    do {
      for (let look = 0; look < 64; look += 1) {
        if (!this.#work.pending()) continue;
        this.#work.pump();
        if (!done()) continue;
        this.#skipNext = 1;
        return true;
      }
    } while (this.#powers.now() < until);
    this.#skip = this.#skipNext;
    this.#skipNext = Math.min(skipMax, this.#skipNext * 2);
    return false;
  }

  /** A turn of the event loop: takes what has come, for a while, and rests. */
  readonly turn = (): void => {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#wake.awake();
    for (let pumps = 0; this.#work.pump(); pumps += 1) {
      if (pumps < pumpsPerTurn) continue;
      this.#schedule();
      return;
    }
    this.rest();
  };

  /** Says that the thread waits in its event loop, if anything is awaited, and sees to it that it will be woken. */
  rest(): void {
    if (this.#scheduled || this.#stopped) return;
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
        if (this.#awaited > 0) this.turn();
      });
    }
  }

  readonly #woken = (): void => {
    this.#armed = false;
    if (!this.#scheduled) this.turn();
  };

  /** Takes another turn, later. */
  soon(): void {
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#powers.later(this.turn);
  }

  /** Lets the program go: nothing will come any more. */
  stop(): void {
    this.#stopped = true;
    this.#lookAgain?.cancel();
    this.#powers.keepAlive(false);
  }
}
