import { Wake } from "../ring/index.ts";
import type { ThreadPowers } from "./powers.ts";

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
