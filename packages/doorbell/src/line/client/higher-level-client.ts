import { Client } from "./client.ts";
import type { ClientOptions, ClientPowers, Received } from "./options.ts";

/**
 * A client whose user receives items, and never learns that there is a mode: subclass it, and implement
 * `randomReceived` or `classifiedReceived`.
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
  /** Called with each new random number, if a subclass has it. */
  randomReceived?(value: number): unknown;
  /** Called with each new ad, if a subclass has it. */
  classifiedReceived?(ad: string): unknown;

  constructor(powers: ClientPowers, options: ClientOptions = {}) {
    // Subclasses' methods stand on the prototype, and are called when an item has come: long after this.
    const own = (): HigherLevelClient => this;
    const has = new.target.prototype;
    const received: Received = {
      ...(has.randomReceived && { random: (value: number) => own().randomReceived?.(value) }),
      ...(has.classifiedReceived && { classified: (ad: string) => own().classifiedReceived?.(ad) }),
      ...options.received,
    };
    super(powers, { ...options, received });
  }
}
