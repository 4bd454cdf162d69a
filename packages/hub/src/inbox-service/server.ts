import { timingSafeEqual } from "node:crypto";

import type { Handlers, Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { Key } from "../inbox/key.ts";
import {
  checkBellLimits,
  checkInboxName,
  checkLabel,
  checkRetention,
  defaultBellLimits,
  defaultRetention,
  FIRST_INBOX,
  RefusedError,
} from "../inbox/rules.ts";
import type { Bell } from "../inbox/types.ts";
import { type Keys, readKeys, writeKeys } from "../keys-file.ts";
import { namedFace, servePrivate, type Serving } from "../source/serve.ts";
import type { Store, StoredBell } from "../store/store.ts";
import type { Clock } from "../time.ts";
import { Openings, Rights } from "./opened.ts";
import {
  answering,
  denied,
  fromLimitsIpc,
  fromRetentionIpc,
  HOURS_MAX,
  type InboxEntries,
  InboxService,
  LISTED_MAX,
  type ManagingEntries,
  managingFace,
  managingName,
  openFace,
  openName,
  type OwnerEntries,
  ownerFace,
  ownerName,
  ringFace,
  ringName,
  toBellIpc,
  toInboxIpc,
} from "./protocol.ts";
import { type InboxPowers, Ringing } from "./ringing.ts";

/** Rings that are being stored at a time, as the store puts many on disk together. */
const IN_FLIGHT_MAX = 1_024;

/** Inboxes that are to be served. */
interface ServedInboxes {
  /** Of their private server. */
  readonly sid: Sid;
  /** It stays the caller's, and has to live longer. */
  readonly store: Store;
  readonly powers: InboxPowers;
  readonly onError: (cause: unknown) => void;
}

/** Serves the inboxes: a private server, and a face for each right: to ring, to read, to manage, and the owner's. */
export async function serveInboxes(kernel: Kernel, { sid, store, powers, onError }: ServedInboxes): Promise<Serving> {
  const rights = new Rights(store);
  const openings = new Openings(kernel, { store, clock: powers.clock, rights, onError });
  const ringing = new Ringing(store.inboxes, powers, (inbox, newest) => openings.tell(inbox, newest));
  const desk = { store, powers, rights, openings, ringing, onError };
  const options = { queueMax: IN_FLIGHT_MAX };
  return await servePrivate(kernel, {
    service: InboxService,
    sid,
    queueMax: IN_FLIGHT_MAX,
    handlers: (quit) => ({
      Ring: ({ value }) => answering(() => ringing.ring(value), onError),
      Open: ({ value }) =>
        answering(async () => {
          const granted = rights.toRead(value);
          const opening = await openings.open(granted);
          return { sid: opening.sid.words(), id: granted.inbox.id, name: granted.inbox.name };
        }, onError),
      ...managingHandlers(desk),
      ...owningHandlers(desk),
      Quit: quit,
    }),
    faces: [
      namedFace(kernel, ringName, ringFace, onError, options),
      namedFace(kernel, openName, openFace, onError),
      namedFace(kernel, managingName, managingFace, onError),
      namedFace(kernel, ownerName, ownerFace, onError),
    ],
    onError,
    owned: [openings, tidying(store, openings, powers.clock, onError)],
  });
}

/** What the handlers of all that is managed share. */
interface Desk {
  readonly store: Store;
  readonly powers: InboxPowers;
  readonly rights: Rights;
  readonly openings: Openings;
  readonly ringing: Ringing;
  readonly onError: (cause: unknown) => void;
}

/** Managing an inbox: its name, what it keeps, its keys and its bells. */
function managingHandlers(desk: Desk): Pick<Handlers<InboxEntries>, keyof ManagingEntries> {
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
  const shown = (bell: StoredBell): Bell => toBell(bell, ringing.refused(bell));
  const ipc = (bell: StoredBell): ReturnType<typeof toBellIpc> => toBellIpc(shown(bell));
  return {
    ListInboxes: ({ value }) =>
      answering(async () => {
        const only = rights.onlyInbox(value.credential);
        // After the number before it there is that one first, if it is there.
        const all = await inboxes.inboxes(
          only === undefined ? value.after : Math.max(value.after, only - 1),
          LISTED_MAX,
        );
        return all.filter(({ id }) => only === undefined || id === only).map(toInboxIpc);
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
      answering(async () => {
        const { inbox } = rights.toManage(value);
        return (await inboxes.bells(inbox.id, value.after, LISTED_MAX)).map(ipc);
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
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const bell = bellOf(inbox.id, value.bell);
        const from = (Math.floor(powers.now() / HOUR_MS) - HOURS_MAX + 1) * HOUR_MS;
        return { bell: ipc(bell), hours: (await inboxes.ringsByHour(bell, from)).slice(-HOURS_MAX) };
      }, onError),
    ChangeBell: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const bell = living(inbox.id, value.bell);
        const { label, paused } = value;
        if (label !== undefined) checkLabel(label);
        const change = {
          ...checkBellLimits(fromLimitsIpc(value), powers.now()),
          ...(label !== undefined && { label }),
          ...(paused !== undefined && { paused }),
        };
        return ipc(await inboxes.changeBell(bell, change));
      }, onError),
    RevokeBell: ({ value }) =>
      answering(async () => {
        const { inbox } = rights.toManage(value);
        const bell = bellOf(inbox.id, value.bell);
        if (!bell.revoked) await inboxes.revokeBell(bell);
        ringing.forget(bell);
        return undefined;
      }, onError),
  };
}

const HOUR_MS = 60 * 60_000;

/** A bell as its manager sees it. */
function toBell({ inbox: _, paused, revoked, expired, ...bell }: StoredBell, refused: number): Bell {
  const state = (): Bell["state"] => {
    if (revoked) return "revoked";
    if (expired) return "expired";
    if (bell.ringsMax !== null && bell.rings >= bell.ringsMax) return "usedUp";
    return paused ? "paused" : "active";
  };
  return { ...bell, state: state(), refused };
}

/** What is the owner's: inboxes themselves, and sessions of the page. */
function owningHandlers({
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
        await inboxes.deleteInbox(inbox.id);
        openings.endOf(inbox.id);
        ringing.forgetInbox(inbox.id);
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
        await sessions.create(token.hash(), store.wall() + lifeMs);
        // Where there are as many as there may be, it took the place of another.
        openings.endStale();
        return token.text();
      }, onError),
    IsSession: ({ value }) => answering(() => rights.isSession(value.credential), onError),
    Condition: () => answering(() => ({ trouble: store.trouble?.slice(0, TROUBLE_MAX) }), onError),
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

/** Characters of why nothing can be stored. */
const TROUBLE_MAX = 256;

/** A session of the page lasts this long at most. */
const LIFE_MAX_MS = 30 * 24 * 60 * 60_000;

/** Lets go of what is too old, and of what sessions opened that have ended, now and then. */
function tidying(store: Store, openings: Openings, clock: Clock, onError: (cause: unknown) => void): AsyncDisposable {
  const closing = new AbortController();
  let tidied = Promise.resolve();
  const tidy = async (): Promise<void> => {
    try {
      openings.endStale();
      await store.inboxes.prune(closing.signal);
    } catch (cause) {
      onError(cause);
    }
    if (!closing.signal.aborted) timer = clock.after(TIDY_MS, start);
  };
  const start = (): void => void (tidied = tidy());
  let timer = clock.after(TIDY_MS, start);
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      timer.cancel();
      await tidied;
    },
  };
}

/** How often what is too old is looked for. */
const TIDY_MS = 5 * 60_000;

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
  const isMissing = ownerHash === undefined && !store.inboxes.hasInbox(FIRST_INBOX);
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
