import { isSourceName } from "../../codec/index.ts";
import { LineError } from "../../errors.ts";
import { INBOX } from "../../inbox.ts";
import type { Link } from "./link.ts";

const EVERYWHERE: ReadonlySet<string> = new Set(["random", "classified"]);

/** Whether every server has this source; the original ones have no others, and do not answer when they are asked. */
export function isEverywhere(source: string): boolean {
  return EVERYWHERE.has(source);
}

/** Which sources a server has: a reader of one that it has not would wait for ever. */
export class Directory {
  readonly #link: Link;
  /** The question that waits for its answer: one is enough for all who ask. */
  #asked: Promise<readonly string[] | undefined> | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Asks whether there is a source of this name.
   *
   * @throws LineError `Refused` when there is none; what the question failed with, if it was not answered
   */
  async check(source: string): Promise<void> {
    this.#asked ??= this.#names().finally(() => (this.#asked = undefined));
    const names = await this.#asked;
    if (names === undefined || names.includes(source)) return;
    const hint = source === INBOX ? `, as no key was given: see the option "key"` : "";
    throw new LineError("Refused", `the server has no source "${source}" here${hint}; it has: ${names.join(" ")}`);
  }

  /** `undefined`: this server does not say. */
  async #names(): Promise<readonly string[] | undefined> {
    try {
      const names = (await this.#link.command("sources", "line", { own: true })).split(" ");
      return names.every(isSourceName) ? names : undefined;
    } catch (error) {
      if ((error as LineError).code === "Refused") return undefined;
      throw error;
    }
  }
}
