/** What has been done so far, to be undone from the last step to the first if a later one fails. */
export class Undo {
  readonly #steps: (() => void | Promise<void>)[] = [];

  /** A step is done: how it is undone. */
  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Undoes all; a step that cannot be undone keeps no other from it. */
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch {
        // What failed first is what the caller is told.
      }
    }
  }
}
