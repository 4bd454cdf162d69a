import type { Handlers } from "@doorbell-js/doorbell/kernel";

import {
  type Bell,
  checkBellLimits,
  checkInboxName,
  checkLabel,
  checkRetention,
  defaultBellLimits,
  Key,
  RefusedError,
} from "../../inbox/index.ts";
import type { Store, StoredBell } from "../../store/index.ts";
import { answering } from "./answer.ts";
import type { InboxEntries } from "./api.ts";
import { fromLimitsIpc, toBellIpc } from "./bell-ipc.ts";
import { fromRetentionIpc, toInboxIpc } from "./inbox-ipc.ts";
import { HOURS_MAX, LISTED_MAX, type ManagingEntries } from "./managing-api.ts";
import type { Openings } from "./openings.ts";
import type { InboxPowers } from "./powers.ts";
import type { Rights } from "./rights.ts";
import type { Ringing } from "./ringing.ts";

const HOUR_MS = 60 * 60_000;

/** What the handlers of all that is managed share. */
export interface Desk {
  readonly store: Store;
  readonly powers: InboxPowers;
  readonly rights: Rights;
  readonly openings: Openings;
  readonly ringing: Ringing;
  readonly onError: (cause: unknown) => void;
}

/** Managing an inbox: its name, what it keeps, its keys and its bells. */
export function managingHandlers(desk: Desk): Pick<Handlers<InboxEntries>, keyof ManagingEntries> {
  const { store, powers, rights, openings, ringing, onError } = desk;
  const { inboxes } = store;
  const bellOf = (inbox: number, id: number): StoredBell => {
    const bell = Number.isSafeInteger(id) ? inboxes.bell(id) : undefined;
    if (bell?.inbox !== inbox) throw new RefusedError({ code: "NotFound", message: `this inbox has no bell ${id}` });
    return bell;
  };
  const living = (inbox: number, id: number): StoredBell => {
    const bell = bellOf(inbox, id);
    if (bell.revoked) throw new RefusedError({ code: "NotFound", message: `bell ${id} was revoked: make a new one` });
    return bell;
  };
  const shown = (bell: StoredBell): Bell => toBell(bell, ringing.refused(bell.id), powers.now());
  const ipc = (bell: StoredBell): ReturnType<typeof toBellIpc> => toBellIpc(shown(bell));
  return {
    ListInboxes: ({ value }) =>
      answering(() => {
        const only = rights.onlyInbox(value.credential);
        return inboxes
          .inboxes()
          .filter(({ id }) => id > value.after && (only === undefined || id === only))
          .slice(0, LISTED_MAX)
          .map(toInboxIpc);
      }, onError),
    ChangeInbox: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        if (value.name !== undefined) checkInboxName(value.name);
        const retention = value.retention && checkRetention(fromRetentionIpc(value.retention), inbox.retention);
        const change = { ...(value.name !== undefined && { name: value.name }), ...(retention && { retention }) };
        // Who only looks waits for no disk.
        const isChanged = Object.keys(change).length > 0;
        return toInboxIpc(isChanged ? await inboxes.changeInbox(inbox.id, change) : inbox);
      }, onError),
    RenewKey: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const key = Key.make(value.which, powers.randomBytes);
        const hash = key.hash();
        await inboxes.changeInbox(inbox.id, value.which === "read" ? { readHash: hash } : { manageHash: hash });
        openings.endOf(inbox.id);
        return key.text();
      }, onError),
    ListBells: ({ value }) =>
      answering(() => {
        const { inbox } = rights.toManage(value);
        const bells = inboxes.bells(inbox.id).filter(({ id }) => id > value.after);
        return bells.slice(0, LISTED_MAX).map(ipc);
      }, onError),
    CreateBell: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        checkLabel(value.label);
        const at = powers.now();
        const limits = { ...defaultBellLimits, ...checkBellLimits(fromLimitsIpc(value), at) };
        const token = Key.make("bell", powers.randomBytes);
        const bell = await inboxes.createBell(inbox.id, { label: value.label, ...limits, hash: token.hash(), at });
        return { bell: ipc(bell), token: token.text() };
      }, onError),
    Bell: ({ value }) =>
      answering(() => {
        const { inbox } = rights.toManage(value);
        const bell = bellOf(inbox.id, value.bell);
        const from = (Math.floor(powers.now() / HOUR_MS) - HOURS_MAX + 1) * HOUR_MS;
        return { bell: ipc(bell), hours: inboxes.ringsByHour(bell.id, from).slice(-HOURS_MAX) };
      }, onError),
    ChangeBell: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const { id } = living(inbox.id, value.bell);
        const { label, paused } = value;
        if (label !== undefined) checkLabel(label);
        const change = {
          ...checkBellLimits(fromLimitsIpc(value), powers.now()),
          ...(label !== undefined && { label }),
          ...(paused !== undefined && { paused }),
        };
        return ipc(await inboxes.changeBell(id, change));
      }, onError),
    RevokeBell: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const bell = bellOf(inbox.id, value.bell);
        if (!bell.revoked) await inboxes.revokeBell(bell.id);
        ringing.forget(bell.id);
        return undefined;
      }, onError),
  };
}

/** A bell as its manager sees it at that time. */
function toBell({ inbox: _, paused, revoked, ...bell }: StoredBell, refused: number, now: number): Bell {
  const state = (): Bell["state"] => {
    if (revoked) return "revoked";
    if (bell.expiresAt !== null && bell.expiresAt <= now) return "expired";
    if (bell.ringsMax !== null && bell.rings >= bell.ringsMax) return "usedUp";
    return paused ? "paused" : "active";
  };
  return { ...bell, state: state(), refused };
}
