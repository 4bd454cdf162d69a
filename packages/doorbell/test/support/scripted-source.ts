import type { Fetched, Source, Subscription } from "../../src/line/server/types.ts";
import type { Call } from "./model-world.ts";

/** How a source, or the board, answers: at once, soon, when told to, not at all, or not well. */
export type Manner = "now" | "soon" | "later" | "never" | "throws" | "rejects" | "rings";

/** Calls that are made as scripted, and noted for the model. */
export class Script {
  manner: Manner = "now";
  readonly waiting: { readonly well: () => void; readonly badly: () => void }[] = [];
  readonly #note: (what: string) => Call;
  readonly #isLate: (call: Call) => boolean;

  /** `isLate`: whether a call's time is up, so that what comes of it is nobody's answer. */
  constructor(note: (what: string) => Call, isLate: (call: Call) => boolean) {
    this.#note = note;
    this.#isLate = isLate;
  }

  /** Notes the call, and gives what `make` makes, in this script's manner. */
  run<T extends Fetched | void>(what: string, make: () => T): T | Promise<T> {
    const call = this.#note(what);
    const given = (): T => {
      const made = make();
      if (call.outcome === "pending" && !this.#isLate(call)) Object.assign(call, made, { outcome: "given" });
      return made;
    };
    const failed = (): Error => {
      if (call.outcome === "pending" && !this.#isLate(call)) call.outcome = "failed";
      return new Error(`scripted: ${what}`);
    };
    switch (this.manner) {
      case "now":
      case "rings":
        return given();
      case "soon":
        return Promise.resolve().then(given);
      case "throws":
        throw failed();
      case "rejects":
        return Promise.reject(failed());
      case "never":
        return new Promise(() => {});
      case "later":
        return new Promise((resolve, reject) =>
          this.waiting.push({ well: () => resolve(given()), badly: () => reject(failed()) }),
        );
    }
  }
}

/** A source that answers as scripted, and gives its oldest unread item, or its newest again and again. */
export class ScriptedSource implements Source {
  readonly script: Script;
  readonly unread: number;
  readonly #name: string;
  readonly #items: string[] = [];
  readonly #rings = new Set<(newest: number) => void>();
  readonly #rang: (sequence: number) => void;

  constructor(name: string, unread: number, script: Script, rang: (sequence: number) => void) {
    this.#name = name;
    this.unread = unread;
    this.script = script;
    this.#rang = rang;
  }

  push(text: string): void {
    this.#items.push(text);
    this.#rang(this.#items.length);
    for (const ring of this.#rings) ring(this.#items.length);
  }

  subscribe(ring: (newest: number) => void): Subscription {
    this.#rings.add(ring);
    return { newest: this.#items.length, [Symbol.dispose]: () => void this.#rings.delete(ring) };
  }

  fetch(after: number): Fetched | Promise<Fetched> {
    if (this.script.manner === "rings") this.push(`${this.#name} of fetch ${this.#items.length}`);
    return this.script.run(`fetch ${this.#name} after ${after}`, () => {
      const newest = this.#items.length;
      const sequence =
        after >= newest ? after : this.unread === 1 ? newest : Math.max(after + 1, newest - this.unread + 1);
      const repeats = this.unread === 1 && newest > 0;
      return { text: after < newest || repeats ? (this.#items[Math.min(sequence, newest) - 1] ?? "") : "", sequence };
    });
  }
}
