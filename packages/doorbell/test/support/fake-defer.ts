/** Keeps what was deferred to the end of the turn, until the test says that the turn is over. */
export class FakeDefer {
  #runs: (() => void)[] = [];

  readonly defer = (run: () => void): void => {
    this.#runs.push(run);
  };

  get waiting(): number {
    return this.#runs.length;
  }

  endTurn(): void {
    const runs = this.#runs;
    this.#runs = [];
    for (const run of runs) run();
  }
}
