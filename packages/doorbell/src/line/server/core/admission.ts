import type { Limits } from "./limits.ts";

/** Which limit keeps a connection out. */
export type Refusal = "connections" | "connectionsPerAddress";

/** Counts the connections held, in all and by address, and says whether one more may come in. */
export class Admission {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get held(): number {
    return this.#held;
  }

  /** Lets one connection in, or says which limit it would pass. `address` is `undefined` where peers have none. */
  admit(address: string | undefined): Refusal | undefined {
    if (this.#held >= this.#limits.connectionsMax) return "connections";
    if (address !== undefined) {
      const same = this.#byAddress.get(address) ?? 0;
      if (same >= this.#limits.connectionsPerAddressMax) return "connectionsPerAddress";
      this.#byAddress.set(address, same + 1);
    }
    this.#held += 1;
    return undefined;
  }

  /** One that was let in has gone. */
  release(address: string | undefined): void {
    this.#held -= 1;
    if (address === undefined) return;
    const rest = (this.#byAddress.get(address) ?? 1) - 1;
    if (rest === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, rest);
  }
}
