import { Completion } from "./completion.ts";
import type { Station } from "./station.ts";

/** Threads that have a way for answers between them, because this thread passes calls of one on to the other. */
export class Introductions {
  readonly #station: Station;
  /** By both numbers. Numbers of threads that ended stay: none is given twice. */
  readonly #done = new Set<string>();
  readonly #asked = new Set<string>();

  constructor(station: Station) {
    this.#station = station;
  }

  /** Whether the two have a way; if not, it is asked for. */
  have(client: number, server: number): boolean {
    const pair = pairOf(client, server);
    if (!this.#done.has(pair) && !this.#asked.has(pair)) this.ask(client, server);
    return this.#done.has(pair);
  }

  /** Ends once the two have a way; fails with `ServerNotFound` if one of them has ended. */
  ask(client: number, server: number): Completion<void> {
    const pair = pairOf(client, server);
    const laid = new Completion<void>();
    if (this.#done.has(pair)) {
      laid.resolve(undefined);
      return laid;
    }
    this.#asked.add(pair);
    const { reply } = this.#station.control.ask<undefined>({ type: "introduce", client, server });
    reply.onEnd = () => {
      this.#asked.delete(pair);
      try {
        laid.resolve(reply.result());
        this.#done.add(pair);
      } catch (error) {
        laid.reject(error);
      }
    };
    return laid;
  }
}

function pairOf(one: number, other: number): string {
  return one < other ? `${one}:${other}` : `${other}:${one}`;
}
