import { Asleep, type Wake } from "../ring/index.ts";
import type { ThreadPowers } from "./powers.ts";
import { Spin } from "./spin.ts";

/** What a sleeping thread looks at. */
export interface Work {
  /** Takes what has come; whether there was anything. */
  pump(): boolean;
  /** Whether there is anything to take, or room for what waits for it. */
  pending(): boolean;
}

/** However the wake-up words lie, a thread looks again after so long. */
export const lookAgainMs = 4_000;
/** How often a thread takes what comes before it lets its event loop have a turn. */
const pumpsPerTurn = 16;

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
