import { type ReadonlySignal, signal } from "@preact/signals";

import { type Item, spoken } from "../core/index.ts";

/** What a screen reader says when it has nothing else to say. */
export class Announcer {
  readonly #text = signal("");

  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  arrived(items: readonly Item[]): void {
    this.say(spoken(items));
  }

  say(text: string): void {
    // The same text once more is something new to say.
    this.#text.value = text === this.#text.value ? `${text}\u00a0` : text;
  }
}
