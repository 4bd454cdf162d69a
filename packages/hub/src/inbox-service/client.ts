import type { Kernel } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";

import { Key } from "../inbox/key.ts";
import {
  checkBellLimits,
  checkInboxName,
  checkLabel,
  checkPublication,
  checkRetention,
  hashOfIdempotencyKey,
  RefusedError,
} from "../inbox/rules.ts";
import type { Access, Bell, Inbox, Inboxes, Retention } from "../inbox/types.ts";
import { FaceLink, type LinkOptions } from "./face-link.ts";
import {
  checkCredential,
  checkToken,
  fromBellIpc,
  fromInboxIpc,
  LISTED_MAX,
  type ManagingEntries,
  managingName,
  ManagingService,
  openName,
  OpenService,
  type OwnerEntries,
  ownerName,
  OwnerService,
  type RetentionIpc,
  ringName,
  RingService,
  toAccessIpc,
  toLimitsIpc,
  toRetentionIpc,
} from "./protocol.ts";
import { Readers } from "./reader.ts";

/** @default the system's clock */
type ConnectOptions = Pick<LinkOptions, "onError"> & Partial<LinkOptions>;

/** The inboxes, as one thread has them. Disposing lets go of everything: who reads is told, and what is asked is refused. */
export interface ConnectedInboxes extends Inboxes, AsyncDisposable {}

/**
 * The inboxes of this kernel, for a door. Nothing is connected before it is needed. When the thread that has them is
 * started anew, what is asked waits for it, and who reads goes on: credentials are kept in memory for that.
 */
export function connectInboxes(kernel: Kernel, { onError, clock = systemClock }: ConnectOptions): ConnectedInboxes {
  const options = { onError, clock };
  const ringing = new FaceLink(kernel, ringName, RingService, options);
  const opening = new FaceLink(kernel, openName, OpenService, options);
  const manager = new FaceLink(kernel, managingName, ManagingService, options);
  const owner = new FaceLink(kernel, ownerName, OwnerService, options);
  const readers = new Readers(kernel, opening, options);
  return {
    // What cannot be sent is refused here, and all of it is looked at again there.
    async ring(token, publication, idempotencyKey) {
      const { text, title, priority, tags, click } = checkPublication(publication);
      if (idempotencyKey !== undefined) hashOfIdempotencyKey(idempotencyKey);
      checkToken(token);
      const ring = { token, text, title, priority, tags, click, idempotencyKey };
      return await ringing.call(token, (client) => client.Ring(ring));
    },
    open: (access) => readers.open(access),
    ...managing(manager),
    ...owning(owner),
    async [Symbol.asyncDispose]() {
      await readers.close();
      await Promise.all([ringing, opening, manager, owner].map((face) => face.close()));
    },
  };
}

type Managing = Pick<
  Inboxes,
  "inboxes" | "changeInbox" | "renewKey" | "bells" | "createBell" | "bell" | "changeBell" | "revokeBell"
>;

/** What can be managed, by the face for that. What cannot be sent is refused here, and all of it is looked at again there. */
function managing(face: FaceLink<ManagingEntries>): Managing {
  return {
    async inboxes(credential) {
      checkCredential(credential);
      const listed = (after: number): Promise<readonly Inbox[]> =>
        face
          .call(credential, (client) => client.ListInboxes({ credential, after }))
          .then((all) => all.map(fromInboxIpc));
      return await listAll(listed);
    },
    async changeInbox(access, { name, retention }) {
      const given = toAccessIpc(access);
      if (name !== undefined) checkInboxName(name);
      const change = { ...given, name, retention: checkedRetention(retention) };
      return fromInboxIpc(await face.call(given.credential, (client) => client.ChangeInbox(change)));
    },
    async renewKey(access, which) {
      if (which !== "read" && which !== "manage")
        throw new RefusedError({ code: "InvalidArgument", message: 'the keys of an inbox are "read" and "manage"' });
      const given = toAccessIpc(access);
      return await face.call(given.credential, (client) => client.RenewKey({ ...given, which }));
    },
    async bells(access) {
      const given = toAccessIpc(access);
      const listed = (after: number): Promise<readonly Bell[]> =>
        face
          .call(given.credential, (client) => client.ListBells({ ...given, after }))
          .then((bells) => bells.map(fromBellIpc));
      return await listAll(listed);
    },
    async createBell(access, { label, ...limits }) {
      const given = toAccessIpc(access);
      checkLabel(label);
      const made = { ...given, label, ...toLimitsIpc(checkBellLimits(limits, -Infinity)) };
      const { bell, token } = await face.call(given.credential, (client) => client.CreateBell(made));
      return { bell: fromBellIpc(bell), token };
    },
    async bell(access, id) {
      const asked = atBell(access, id);
      const { bell, hours } = await face.call(asked.credential, (client) => client.Bell(asked));
      return { ...fromBellIpc(bell), ringsByHour: hours };
    },
    async changeBell(access, id, { label, paused, ...limits }) {
      const asked = atBell(access, id);
      if (label !== undefined) checkLabel(label);
      if (paused !== undefined && typeof paused !== "boolean")
        throw new RefusedError({ code: "InvalidArgument", message: "paused is true or false" });
      const change = { ...asked, label, paused, ...toLimitsIpc(checkBellLimits(limits, -Infinity)) };
      return fromBellIpc(await face.call(asked.credential, (client) => client.ChangeBell(change)));
    },
    async revokeBell(access, id) {
      const asked = atBell(access, id);
      await face.call(asked.credential, (client) => client.RevokeBell(asked));
    },
  };
}

type Owning = Pick<Inboxes, "createInbox" | "deleteInbox" | "openSession" | "isSession" | "closeSession" | "trouble">;

/** What is the owner's, by the face for that. */
function owning(face: FaceLink<OwnerEntries>): Owning {
  return {
    async createInbox(credential, { name, retention }) {
      checkCredential(credential);
      checkInboxName(name);
      const made = { credential, name, retention: checkedRetention(retention) };
      const { inbox, ...keys } = await face.call(credential, (client) => client.CreateInbox(made));
      return { inbox: fromInboxIpc(inbox), ...keys };
    },
    async deleteInbox(access) {
      const given = toAccessIpc(access);
      await face.call(given.credential, (client) => client.DeleteInbox(given));
    },
    async openSession(credential, lifeMs) {
      checkCredential(credential);
      if (typeof lifeMs !== "number")
        throw new RefusedError({ code: "InvalidArgument", message: "a session lasts a number of milliseconds" });
      return await face.call(credential, (client) => client.OpenSession({ credential, lifeMs }));
    },
    async isSession(token) {
      // What can be no token need not be sent to find out.
      if (Key.parse(token)?.kind !== "session") return false;
      return await face.call(token, (client) => client.IsSession({ credential: token }));
    },
    async trouble() {
      return (await face.call("", (client) => client.Condition({}))).trouble;
    },
    async closeSession(token) {
      checkCredential(token);
      await face.call(token, (client) => client.CloseSession({ credential: token }));
    },
  };
}

/** All of them, from lists of which each begins after the last number of the one before. */
async function listAll<T extends { readonly id: number }>(
  listed: (after: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const more = await listed(found.at(-1)?.id ?? 0);
    found.push(...more);
    if (more.length < LISTED_MAX) return found;
  }
}

/** As it can be sent: what is left out is left to the hub. */
function checkedRetention(retention: Partial<Retention> | undefined): RetentionIpc | undefined {
  if (retention === undefined) return undefined;
  checkRetention(retention);
  return toRetentionIpc(retention);
}

function atBell(access: Access, bell: number): ReturnType<typeof toAccessIpc> & { readonly bell: number } {
  const given = toAccessIpc(access);
  if (typeof bell !== "number")
    throw new RefusedError({ code: "InvalidArgument", message: "a bell is said by its number" });
  return { ...given, bell };
}
