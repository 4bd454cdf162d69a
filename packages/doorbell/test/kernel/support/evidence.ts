import type { Sid } from "../../../src/kernel/ids.ts";
import { renderings } from "./renderings.ts";
import { formsOf } from "./sid-forms.ts";

/** What was seen in a run, to be searched for ids at its end. */
export class Evidence {
  readonly #secrets = new Map<string, Sid>();
  readonly #seen: { readonly where: string; readonly text: string }[] = [];

  /** An id that nothing may show. Its name says whose it is. */
  know(name: string, sid: Sid): Sid {
    this.#secrets.set(name, sid);
    return sid;
  }

  /** A value, in every form that a program can make of it. */
  see(where: string, value: unknown): void {
    for (const text of renderings(value)) this.#seen.push({ where, text });
  }

  seeText(where: string, ...texts: readonly string[]): void {
    for (const text of texts) this.#seen.push({ where, text });
  }

  /** How much there is to be searched. */
  get size(): {
    readonly texts: number;
    readonly characters: number;
    readonly forms: number;
    readonly secrets: number;
  } {
    return {
      texts: this.#seen.length,
      characters: this.#seen.reduce((sum, { text }) => sum + text.length, 0),
      forms: [...this.#secrets.values()].reduce((sum, sid) => sum + formsOf(sid).length, 0),
      secrets: this.#secrets.size,
    };
  }

  /** Where an id was found: whose, in which form, and where. */
  hits(): string[] {
    const hits = new Set<string>();
    for (const [name, sid] of this.#secrets) {
      for (const { form, needle } of formsOf(sid)) {
        for (const { where, text } of this.#seen) {
          if (typeof needle === "string" ? text.includes(needle) : needle.test(text))
            hits.add(`${name} as ${form}, in ${where}`);
        }
      }
    }
    return [...hits];
  }
}
