/**
 * Who waits for the end of what. A promise cannot be told that one does not wait any more: each is waited for once, however
 * many come and go.
 */
export class Ends<T> {
  readonly #waiting = new WeakMap<Promise<T>, Set<(value: T) => void>>();

  wait(end: Promise<T>, ended: (value: T) => void): Disposable {
    let waiting = this.#waiting.get(end);
    if (waiting === undefined) {
      const all = new Set<(value: T) => void>();
      this.#waiting.set(end, all);
      void end.then((value) => {
        for (const each of all) each(value);
      });
      waiting = all;
    }
    const own = (value: T): void => ended(value);
    waiting.add(own);
    return { [Symbol.dispose]: () => void waiting.delete(own) };
  }
}
