/**
 * Who waits for the end of what. A promise cannot be told that one does not wait any more: each is waited for once, however
 * many come and go.
 */
export class Ends {
  readonly #waiting = new WeakMap<Promise<void>, Set<() => void>>();

  wait(end: Promise<void>, ended: () => void): Disposable {
    let waiting = this.#waiting.get(end);
    if (waiting === undefined) {
      const all = new Set<() => void>();
      this.#waiting.set(end, all);
      void end.then(() => {
        for (const each of all) each();
      });
      waiting = all;
    }
    const own = (): void => ended();
    waiting.add(own);
    return { [Symbol.dispose]: () => void waiting.delete(own) };
  }
}
