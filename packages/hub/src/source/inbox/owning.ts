import type { Handlers } from "@doorbell-js/doorbell/kernel";

import { checkInboxName, checkRetention, Key, RefusedError } from "../../inbox/index.ts";
import { denied } from "./access.ts";
import { answering } from "./answer.ts";
import type { InboxEntries } from "./api.ts";
import { fromRetentionIpc, toInboxIpc } from "./inbox-ipc.ts";
import type { Desk } from "./managing.ts";
import type { OwnerEntries } from "./owner-api.ts";

/** A session of the page lasts this long at most. */
const LIFE_MAX_MS = 30 * 24 * 60 * 60_000;

/** What is the owner's: inboxes themselves, and sessions of the page. */
export function owningHandlers({
  store,
  powers,
  rights,
  openings,
  ringing,
  onError,
}: Desk): Pick<Handlers<InboxEntries>, keyof OwnerEntries> {
  const { inboxes, sessions } = store;
  return {
    CreateInbox: ({ value }) =>
      answering(async () => {
        rights.checkOwner(value.credential);
        checkInboxName(value.name);
        const retention = checkRetention(value.retention && fromRetentionIpc(value.retention));
        const read = Key.make("read", powers.randomBytes);
        const manage = Key.make("manage", powers.randomBytes);
        const hashes = { readHash: read.hash(), manageHash: manage.hash() };
        const inbox = await inboxes.createInbox({ name: value.name, ...hashes, retention, at: powers.now() });
        return { inbox: toInboxIpc(inbox), readingKey: read.text(), managingKey: manage.text() };
      }, onError),
    DeleteInbox: ({ value }) =>
      answering(async () => {
        rights.checkOwner(value.credential);
        const { inbox } = rights.toManage(value);
        const bells = inboxes.bells(inbox.id);
        await inboxes.deleteInbox(inbox.id);
        openings.endOf(inbox.id);
        for (const { id } of bells) ringing.forget(id);
        return undefined;
      }, onError),
    OpenSession: ({ value }) =>
      answering(async () => {
        rights.checkOwnerKey(value.credential);
        const { lifeMs } = value;
        if (!Number.isSafeInteger(lifeMs) || lifeMs < 1 || lifeMs > LIFE_MAX_MS)
          throw new RefusedError({
            code: "InvalidArgument",
            message: `a session lasts 1 to ${LIFE_MAX_MS} ms, not ${lifeMs}`,
          });
        const token = Key.make("session", powers.randomBytes);
        await sessions.create(token.hash(), powers.now() + lifeMs);
        // Where there are as many as there may be, it took the place of another.
        openings.endStale();
        return token.text();
      }, onError),
    IsSession: ({ value }) => answering(() => rights.isSession(value.credential), onError),
    CloseSession: ({ value }) =>
      answering(async () => {
        const token = Key.parse(value.credential);
        if (token?.kind !== "session") throw denied();
        await sessions.delete(token.hash());
        openings.endStale();
        return undefined;
      }, onError),
  };
}
