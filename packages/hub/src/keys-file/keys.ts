import { Key, type KeyKind } from "../inbox/index.ts";

/** The keys of an inbox, as far as they are known. */
interface InboxKeys {
  readonly read?: Key;
  readonly manage?: Key;
}

/** The owner's key, and those of inboxes by their names. */
export interface Keys {
  readonly owner: Key;
  readonly inboxes: ReadonlyMap<string, InboxKeys>;
}

/** The same, written out. */
export interface KeysJson {
  readonly owner: string;
  readonly inboxes: Readonly<Record<string, { readonly read?: string; readonly manage?: string }>>;
}

export function keysToJson({ owner, inboxes }: Keys): KeysJson {
  const entries = [...inboxes].map(([name, { read, manage }]) => [
    name,
    { ...(read && { read: read.text() }), ...(manage && { manage: manage.text() }) },
  ]);
  return { owner: owner.text(), inboxes: Object.fromEntries(entries) as KeysJson["inboxes"] };
}

/** The keys that were written out; throws an error that says what is none, and never shows one. */
export function keysFrom(json: unknown): Keys {
  const { owner, inboxes = {} } = objectOf(json, "the file");
  const all = Object.entries(objectOf(inboxes, "inboxes")).map(([name, value]): [string, InboxKeys] => {
    const { read, manage } = objectOf(value, `the inbox ${JSON.stringify(name)}`);
    const keys = {
      ...(read !== undefined && { read: keyOf(read, "read", name) }),
      ...(manage !== undefined && { manage: keyOf(manage, "manage", name) }),
    };
    return [name, keys];
  });
  return { owner: keyOf(owner, "owner", "owner"), inboxes: new Map(all) };
}

function keyOf(text: unknown, kind: KeyKind, of: string): Key {
  const key = Key.parse(text);
  if (key?.kind !== kind) throw new Error(`${JSON.stringify(of)} has no key that begins with ${kind}_`);
  return key;
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}
