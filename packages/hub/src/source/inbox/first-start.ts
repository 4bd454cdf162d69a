import { timingSafeEqual } from "node:crypto";

import { defaultRetention, FIRST_INBOX, Key } from "../../inbox/index.ts";
import { type Keys, readKeys, writeKeys } from "../../keys-file/index.ts";
import type { Store } from "../../store/index.ts";
import type { InboxPowers } from "./powers.ts";

/** Keys for a hub that has none: the owner's, and those of its first inbox. */
export function newKeys(randomBytes: InboxPowers["randomBytes"], inboxes: readonly string[] = [FIRST_INBOX]): Keys {
  const keys = inboxes.map((name): [string, { read: Key; manage: Key }] => [
    name,
    { read: Key.make("read", randomBytes), manage: Key.make("manage", randomBytes) },
  ]);
  return { owner: Key.make("owner", randomBytes), inboxes: new Map(keys) };
}

/** The keys of a data folder. Without any it gets new ones, those of a first inbox only if it never had an owner. */
export function keysOf(folder: string, store: Store, { randomBytes }: InboxPowers): Keys {
  const known = readKeys(folder);
  if (known !== undefined) return known;
  const made = newKeys(randomBytes, store.ownerHash === undefined ? [FIRST_INBOX] : []);
  writeKeys(folder, made);
  return made;
}

/**
 * Makes what the keys are of, as far as it is missing: at the first start the first inbox, and then the owner. Whatever it
 * ends amid of, the next time goes on from there. Another owner's key ends all sessions.
 */
export async function settleKeys(store: Store, { owner, inboxes }: Keys, { now }: InboxPowers): Promise<void> {
  const hash = owner.hash();
  const { ownerHash } = store;
  if (ownerHash !== undefined && timingSafeEqual(ownerHash, hash)) return;
  const { read, manage } = inboxes.get(FIRST_INBOX) ?? {};
  const isMissing = ownerHash === undefined && store.inboxes.inboxes().every(({ name }) => name !== FIRST_INBOX);
  if (isMissing && read !== undefined && manage !== undefined)
    await store.inboxes.createInbox({
      name: FIRST_INBOX,
      readHash: read.hash(),
      manageHash: manage.hash(),
      retention: defaultRetention,
      at: now(),
    });
  await store.sessions.deleteAll();
  await store.setOwnerHash(hash);
}
