import type { Bell, Inbox } from "../../inbox/index.ts";

/** An item as the hub writes it in JSON; what it has not is left out. */
export interface Item {
  readonly sequence: number;
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  readonly bell: { readonly id: number; readonly label: string };
  readonly title?: string;
  readonly text: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly click?: string;
}

export interface Page {
  readonly items: readonly Item[];
  readonly more: boolean;
  readonly newest: number;
  readonly oldest: number;
}

export interface RingsOfHour {
  /** When the hour began: milliseconds since 1970. */
  readonly hour: number;
  readonly rings: number;
}

export type BellWithRings = Bell & { readonly ringsByHour: readonly RingsOfHour[] };

/** A bell that was just made, and what rings it: told this once. */
export interface MadeBell {
  readonly bell: Bell;
  readonly address: string;
}

/** An inbox that was just made, and what opens it: told this once. */
export interface MadeInbox {
  readonly inbox: Inbox;
  readonly readingKey: string;
  readonly managingKey: string;
}

/** The item in a line of JSON; undefined if there is none, which a hub of another version may send. */
export function itemOf(json: string): Item | undefined {
  const value = parsed(json) as Partial<Item> | null | undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const { sequence, id, at, bell, text } = value;
  const isItem =
    Number.isSafeInteger(sequence) &&
    [id, at, text, bell?.label].every((field) => typeof field === "string") &&
    typeof bell?.id === "number";
  return isItem ? (value as Item) : undefined;
}

/** What a text of JSON says; undefined if it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
