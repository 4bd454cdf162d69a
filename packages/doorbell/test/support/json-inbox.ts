import type { MemorySource } from "../../src/line/server/memory-source.ts";

/** An inbox whose items are lines of JSON with their number, as a client expects them. */
export class JsonInbox {
  readonly #source: MemorySource;
  #newest = 0;

  constructor(source: MemorySource) {
    this.#source = source;
  }

  get newest(): number {
    return this.#newest;
  }

  push(text: string): void {
    this.#newest += 1;
    this.#source.push(JSON.stringify({ sequence: this.#newest, text }));
  }
}

/** The number of an item. */
export function sequenceOf(item: string): number {
  return (JSON.parse(item) as { sequence: number }).sequence;
}
