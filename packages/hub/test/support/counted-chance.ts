/** Chance for a source of random numbers, and whether it was asked: others wait for their times on the same clock. */
export class CountedChance {
  #drawn = 0;

  readonly random = (): number => {
    this.#drawn += 1;
    return Math.random();
  };

  /** Does something until chance was asked: a new number is there. */
  whenDrawn(step: () => void): void {
    for (const before = this.#drawn; this.#drawn === before;) step();
  }
}
