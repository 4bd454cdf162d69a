import type { KeyKind } from "../../../src/inbox/key.ts";
import type { InboxWorld } from "../../support/inbox-world.ts";

/** The characters of a key's random part, by their value. */
export const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Gives a valid credential of each kind. */
export async function validKeys(world: InboxWorld): Promise<ReadonlyMap<KeyKind, string>> {
  return new Map<KeyKind, string>([
    ["read", world.reading.credential],
    ["manage", world.managing.credential],
    ["owner", world.owner],
    ["session", await world.inboxes.openSession(world.owner, 600_000)],
    ["bell", (await world.bell()).token],
  ]);
}
