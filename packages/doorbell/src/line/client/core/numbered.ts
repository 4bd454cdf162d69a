import type { Known } from "./known.ts";

/**
 * The items of an inbox that were received. They have numbers, and a session begins after the number that it is told: so
 * nothing is given again, and nothing has to be compared.
 */
export class Numbered implements Known {
  readonly isUndecided: boolean = false;
  #last: number | undefined;

  /** `after`: the number of the last item received before, if it is known. */
  constructor(after?: number) {
    this.#last = after;
  }

  /** The number of the last item received; `undefined` as long as nothing is known of the inbox. */
  get last(): number | undefined {
    return this.#last;
  }

  resume(): void {}

  offer(item: string, taken: boolean = false): readonly string[] {
    const sequence = sequenceOf(item);
    if (sequence !== undefined && sequence <= (this.#last ?? -1)) return [];
    this.#last = sequence ?? this.#last;
    return taken ? [] : [item];
  }

  /** A session that was given nothing has nothing before it: whatever there will be is new. */
  settle(): readonly string[] {
    this.#last ??= 0;
    return [];
  }
}

/** The number in an item, a line of JSON; `undefined` in what is none. */
function sequenceOf(item: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(item);
  } catch {
    return undefined;
  }
  const { sequence } = (value ?? {}) as { readonly sequence?: unknown };
  return Number.isSafeInteger(sequence) ? (sequence as number) : undefined;
}
