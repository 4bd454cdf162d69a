const spinMs = 0.028;
const forever = 10_000;

/**
 * Waits until there is something: looks for 28 µs if it is to spin, then sleeps on its flag. First the flag is set, then
 * comes another look, then sleep; whoever brings something publishes it first and looks at the flag second.
 */
export function waitFor(there: () => boolean, words: Int32Array, asleep: number, spins: boolean): void {
  if (spins) {
    const until = performance.now() + spinMs;
    do {
      for (let look = 0; look < 64; look += 1) if (there()) return;
    } while (performance.now() < until);
  }
  while (!there()) {
    Atomics.store(words, asleep, 1);
    if (!there()) Atomics.wait(words, asleep, 1, forever);
    Atomics.store(words, asleep, 0);
  }
}

/** Wakes the other side, if it sleeps. */
export function wake(words: Int32Array, asleep: number): void {
  if (Atomics.load(words, asleep) === 1 && Atomics.compareExchange(words, asleep, 1, 0) === 1) {
    Atomics.notify(words, asleep, 1);
  }
}
