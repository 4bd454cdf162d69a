import {
  type Access,
  type Bell,
  checkBellLimits,
  checkInboxName,
  checkLabel,
  checkRetention,
  type Inbox,
  type Inboxes,
  RefusedError,
  type Retention,
} from "../../inbox/index.ts";
import { checkCredential, toAccessIpc } from "./access.ts";
import { fromBellIpc, toLimitsIpc } from "./bell-ipc.ts";
import type { FaceLink } from "./face-link.ts";
import { fromInboxIpc, type RetentionIpc, toRetentionIpc } from "./inbox-ipc.ts";
import { LISTED_MAX, type ManagingEntries } from "./managing-api.ts";

type Managing = Pick<
  Inboxes,
  "inboxes" | "changeInbox" | "renewKey" | "bells" | "createBell" | "bell" | "changeBell" | "revokeBell"
>;

/** What can be managed, by the face for that. What cannot be sent is refused here, and all of it is looked at again there. */
export function managing(face: FaceLink<ManagingEntries>): Managing {
  return {
    async inboxes(credential) {
      checkCredential(credential);
      const listed = (after: number): Promise<readonly Inbox[]> =>
        face.call((client) => client.ListInboxes({ credential, after })).then((all) => all.map(fromInboxIpc));
      return await all(listed);
    },
    async changeInbox(access, { name, retention }) {
      const given = toAccessIpc(access);
      if (name !== undefined) checkInboxName(name);
      const change = { ...given, name, retention: checkedRetention(retention) };
      return fromInboxIpc(await face.call((client) => client.ChangeInbox(change)));
    },
    async renewKey(access, which) {
      if (which !== "read" && which !== "manage")
        throw new RefusedError({ code: "InvalidArgument", message: 'the keys of an inbox are "read" and "manage"' });
      const given = toAccessIpc(access);
      return await face.call((client) => client.RenewKey({ ...given, which }));
    },
    async bells(access) {
      const given = toAccessIpc(access);
      const listed = (after: number): Promise<readonly Bell[]> =>
        face.call((client) => client.ListBells({ ...given, after })).then((bells) => bells.map(fromBellIpc));
      return await all(listed);
    },
    async createBell(access, { label, ...limits }) {
      const given = toAccessIpc(access);
      checkLabel(label);
      const made = { ...given, label, ...toLimitsIpc(checkBellLimits(limits, -Infinity)) };
      const { bell, token } = await face.call((client) => client.CreateBell(made));
      return { bell: fromBellIpc(bell), token };
    },
    async bell(access, id) {
      const asked = atBell(access, id);
      const { bell, hours } = await face.call((client) => client.Bell(asked));
      return { ...fromBellIpc(bell), ringsByHour: hours };
    },
    async changeBell(access, id, { label, paused, ...limits }) {
      const asked = atBell(access, id);
      if (label !== undefined) checkLabel(label);
      if (paused !== undefined && typeof paused !== "boolean")
        throw new RefusedError({ code: "InvalidArgument", message: "paused is true or false" });
      const change = { ...asked, label, paused, ...toLimitsIpc(checkBellLimits(limits, -Infinity)) };
      return fromBellIpc(await face.call((client) => client.ChangeBell(change)));
    },
    async revokeBell(access, id) {
      const asked = atBell(access, id);
      await face.call((client) => client.RevokeBell(asked));
    },
  };
}

function atBell(access: Access, bell: number): ReturnType<typeof toAccessIpc> & { readonly bell: number } {
  const given = toAccessIpc(access);
  if (typeof bell !== "number")
    throw new RefusedError({ code: "InvalidArgument", message: "a bell is said by its number" });
  return { ...given, bell };
}

/** As it can be sent: what is left out is left to the hub. */
export function checkedRetention(retention: Partial<Retention> | undefined): RetentionIpc | undefined {
  if (retention === undefined) return undefined;
  checkRetention(retention);
  return toRetentionIpc(retention);
}

/** All of them, from lists of which each begins after the last number of the one before. */
async function all<T extends { readonly id: number }>(listed: (after: number) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const more = await listed(found.at(-1)?.id ?? 0);
    found.push(...more);
    if (more.length < LISTED_MAX) return found;
  }
}
