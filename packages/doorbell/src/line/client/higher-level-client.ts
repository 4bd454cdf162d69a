import { LineError } from "../errors.ts";
import { Client } from "./client.ts";
import type { Added, ClientOptions, ClientPowers } from "./options.ts";

/**
 * A client whose user receives items, and never learns that there is a mode: subclass it, and give it
 * `randomReceived` or `classifiedReceived`, as methods or as fields. The options `received` do the same. With
 * `randomAvailable`, `classifiedAvailable` or the option `available` alone it enters notification mode by itself too.
 *
 * @example
 * class Numbers extends HigherLevelClient {
 *   override randomReceived(value: number) {
 *     console.log(value);
 *   }
 * }
 * await using client = await Numbers.connect({ port: 6789 });
 */
export class HigherLevelClient extends Client {
  readonly #given: ClientOptions;
  /** Called with each new random number, if a subclass has it. */
  randomReceived?(value: number): unknown;
  /** Called with each new ad, if a subclass has it. */
  classifiedReceived?(ad: string): unknown;

  constructor(powers: ClientPowers, options: ClientOptions = {}) {
    const added = (): Added => this.#added();
    super(powers, options, added);
    this.#given = options;
  }

  #added(): Added {
    for (const name of ["randomReceived", "classifiedReceived", "randomAvailable", "classifiedAvailable"] as const)
      if (!["function", "undefined"].includes(typeof this[name]))
        throw new LineError("InvalidArgument", `${name} is a function, not a ${typeof this[name]}`);
    const { received = {}, available = {} } = this.#given;
    // An option comes before the method. A method is looked up anew for each item: it may be replaced.
    const random = received.random === undefined && this.randomReceived !== undefined;
    const classified = received.classified === undefined && this.classifiedReceived !== undefined;
    return {
      received: {
        ...(random && { random: (value: number) => this.randomReceived?.(value) }),
        ...(classified && { classified: (ad: string) => this.classifiedReceived?.(ad) }),
      },
      wantsMode:
        this.randomAvailable !== undefined ||
        this.classifiedAvailable !== undefined ||
        Object.values(available).some((handler) => handler !== undefined),
    };
  }
}
