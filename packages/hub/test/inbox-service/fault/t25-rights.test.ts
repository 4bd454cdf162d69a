/** T25, the rows of the inboxes: what each holder of something may do, and that all else is refused in the same words. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { type Connection, KernelError, Memory, Sid } from "@doorbell-js/doorbell/kernel";
import { report } from "@doorbell-js/test-support/results";

import { InboxService, ReadingService } from "../../../src/inbox-service/protocol.ts";
import { Key } from "../../../src/inbox/key.ts";
import { RefusedError } from "../../../src/inbox/rules.ts";
import type { Access, Inboxes } from "../../../src/inbox/types.ts";
import { InboxWorld } from "../../support/inbox-world.ts";

type Outcome = "done" | RefusedError["code"];

async function outcome(asked: () => Promise<unknown>): Promise<{ readonly code: Outcome; readonly message: string }> {
  try {
    await asked();
    return { code: "done", message: "" };
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

/** Everything that can be asked with a credential, each such that it can be asked again. */
const operations: Readonly<Record<string, (inboxes: Inboxes, access: Access, world: Subject) => Promise<unknown>>> = {
  ring: (inboxes, { credential }) => inboxes.ring(credential, { text: "" }),
  open: async (inboxes, access) => (await inboxes.open(access))[Symbol.dispose](),
  inboxes: (inboxes, { credential }) => inboxes.inboxes(credential),
  changeInbox: (inboxes, access) => inboxes.changeInbox(access, { retention: { itemsMax: 100 } }),
  bells: (inboxes, access) => inboxes.bells(access),
  createBell: (inboxes, access) => inboxes.createBell(access, { label: "made" }),
  bell: (inboxes, access, { bell }) => inboxes.bell(access, bell),
  changeBell: (inboxes, access, { bell }) => inboxes.changeBell(access, bell, { label: "changed" }),
  revokeBell: async (inboxes, access, { makeBell }) => inboxes.revokeBell(access, await makeBell()),
  renewKey: (inboxes, access) => inboxes.renewKey(access, "manage"),
  createInbox: (inboxes, { credential }) =>
    inboxes.createInbox(credential, { name: `n${randomBytes(8).toString("hex")}` }),
  deleteInbox: async (inboxes, { credential }, { makeInbox }) =>
    inboxes.deleteInbox({ credential, inbox: await makeInbox() }),
  openSession: (inboxes, { credential }) => inboxes.openSession(credential, 60_000),
};

interface Subject {
  readonly bell: number;
  readonly makeBell: () => Promise<number>;
  readonly makeInbox: () => Promise<number>;
}

const reading = ["open", "inboxes"];
const managing = ["inboxes", "changeInbox", "bells", "createBell", "bell", "changeBell", "revokeBell", "renewKey"];
const owning = ["createInbox", "deleteInbox"];

/** Who holds what, and what passes. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "reading key": reading,
  "managing key": managing,
  "owner's key": [...reading, ...managing, ...owning, "openSession"],
  session: [...reading, ...managing, ...owning],
  "bell's token": ["ring"],
  "reading key that was renewed": [],
  "managing key that was renewed": [],
  "session that was closed": [],
  "session that has expired": [],
  "token of a bell that was revoked": [],
  "reading key of an inbox that was deleted": [],
  "managing key of an inbox that was deleted": [],
  "reading key that never was": [],
  "managing key that never was": [],
  "owner's key that never was": [],
  "session that never was": [],
  "token that never was": [],
  nothing: [],
};

test(
  "T25 each holder, each operation: exactly the allowed set, and one refusal for the rest",
  { timeout: 120_000 },
  async (t) => {
    await using world = await InboxWorld.start();
    const { inboxes, owner } = world;
    const own = { credential: owner, inbox: 1 };
    const doomed = await inboxes.createInbox(owner, { name: "doomed" });
    const expired = await inboxes.openSession(owner, 1);
    world.clock.advance(1);
    const closed = await inboxes.openSession(owner, 60_000);
    await inboxes.closeSession(closed);
    const oldReading = world.reading.credential;
    const oldManaging = world.managing.credential;
    const revoked = await world.bell("revoked");
    const good = await world.bell("good");
    await inboxes.revokeBell(own, revoked.id);
    await inboxes.deleteInbox({ credential: owner, inbox: doomed.inbox.id });
    // The managing key itself is renewed by what it may do: each time the next one is used.
    let manageKey = await inboxes.renewKey(own, "manage");
    const readKey = await inboxes.renewKey(own, "read");
    const never = (kind: Parameters<typeof Key.make>[0]): string => Key.make(kind, randomBytes).text();
    const credentials: Readonly<Record<string, () => string>> = {
      "reading key": () => readKey,
      "managing key": () => manageKey,
      "owner's key": () => owner,
      session: () => session,
      "bell's token": () => good.token,
      "reading key that was renewed": () => oldReading,
      "managing key that was renewed": () => oldManaging,
      "session that was closed": () => closed,
      "session that has expired": () => expired,
      "token of a bell that was revoked": () => revoked.token,
      "reading key of an inbox that was deleted": () => doomed.readingKey,
      "managing key of an inbox that was deleted": () => doomed.managingKey,
      "reading key that never was": () => never("read"),
      "managing key that never was": () => never("manage"),
      "owner's key that never was": () => never("owner"),
      "session that never was": () => never("session"),
      "token that never was": () => never("bell"),
      nothing: () => "",
    };
    const session = await inboxes.openSession(owner, 1_000_000);
    const subject: Subject = {
      bell: good.id,
      makeBell: async () => (await inboxes.createBell(own, { label: "to go" })).bell.id,
      makeInbox: async () =>
        (await inboxes.createInbox(owner, { name: `d${randomBytes(8).toString("hex")}` })).inbox.id,
    };
    assert.deepEqual(Object.keys(credentials), Object.keys(allowed));
    let cells = 0;
    const words = new Set<string>();
    for (const [holder, may] of Object.entries(allowed)) {
      for (const [operation, ask] of Object.entries(operations)) {
        for (const inbox of [undefined, 1]) {
          const opensAll = holder === "owner's key" || holder === "session";
          if (opensAll && inbox === undefined) continue;
          const credential = credentials[holder]?.() ?? "";
          const access = inbox === undefined ? { credential } : { credential, inbox };
          const { code, message } = await outcome(() => ask(inboxes, access, subject));
          const expected = may.includes(operation) ? "done" : operation === "ring" ? "UnknownBell" : "AccessDenied";
          assert.equal(code, expected, `${holder}: ${operation} of inbox ${inbox}`);
          if (code === "AccessDenied") words.add(message);
          if (operation === "renewKey" && code === "done") manageKey = await inboxes.renewKey(own, "manage");
          cells += 1;
        }
      }
    }
    assert.equal(words.size, 1, "a refusal tells why");
    // A key of one inbox opens no other, and does not tell whether there is one.
    const other = await inboxes.createInbox(owner, { name: "another" });
    const toOther: Set<string> = new Set();
    for (const inbox of [other.inbox.id, doomed.inbox.id, 999_999, -1, 0.5]) {
      for (const credential of [readKey, manageKey])
        for (const ask of [operations["open"], operations["bells"]]) {
          const { code, message } = await outcome(
            () => ask?.(inboxes, { credential, inbox }, subject) ?? Promise.resolve(),
          );
          assert.equal(code, "AccessDenied", `inbox ${inbox}`);
          toOther.add(message);
          cells += 1;
        }
    }
    assert.deepEqual(toOther, words);
    report(t, `T25 inboxes: ${cells} cells, ${Object.keys(allowed).length} holders, 0 unexpected`);
  },
);

/** What each name lets through. */
const faces: Readonly<Record<string, readonly string[]>> = {
  "inbox.ring": ["Ring"],
  "inbox.open": ["Open"],
  "inbox.manage": [
    "ListInboxes",
    "ChangeInbox",
    "RenewKey",
    "ListBells",
    "CreateBell",
    "Bell",
    "ChangeBell",
    "RevokeBell",
  ],
  "inbox.owner": ["CreateInbox", "DeleteInbox", "OpenSession", "IsSession", "CloseSession", "Condition"],
};

const entries = { ...InboxService.entries, ...ReadingService.entries };
const opcodes = [...Object.values(entries).map(({ opcode }) => opcode), 3, 5, 31, 35, 62, 255, 2 ** 32 - 1];

async function code(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "answered";
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
}

async function denies(to: Connection, what: string, open: readonly string[]): Promise<number> {
  const passes = new Set(open.map((name) => entries[name as keyof typeof entries].opcode));
  let cells = 0;
  for (const opcode of opcodes) {
    assert.equal(await code(to.blockingScalar(opcode, [1, 2, 3, 4])), "AccessDenied", `${what}: scalar ${opcode}`);
    if (!passes.has(opcode)) {
      const memory = new Memory(64);
      assert.equal(await code(to.mutableLend(opcode, memory, { valid: 64 })), "AccessDenied", `${what}: ${opcode}`);
    }
    // Nobody waits for these. That they do nothing is seen at the end.
    await to.scalar(opcode, [1, 2, 3, 4]);
    await to.move(opcode, Memory.copyOf(new Uint8Array(64)), { valid: 64 });
    cells += 4;
  }
  return cells;
}

test("T25 the faces let through what they list, and nothing else", { timeout: 120_000 }, async (t) => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  await world.inboxes.ring(token, { text: "kept" });
  const { names } = await world.kernel.inspect();
  assert.equal(names, Object.keys(faces).length, "no name leads to the private server, nor to an opened inbox");
  let cells = 0;
  for (const [name, open] of Object.entries(faces)) {
    using connection = await world.kernel.names.connect(name);
    cells += await denies(connection, name, open);
  }
  using reader = await world.inboxes.open(world.reading);
  assert.equal(reader.newest, 1);
  assert.deepEqual(world.failed, []);
  report(t, `T25 faces of inboxes: ${cells} cells`);
});

test(
  "T25 the id of an opened inbox reads, and does nothing else; once its key is renewed it is gone",
  { timeout: 60_000 },
  async () => {
    await using world = await InboxWorld.start();
    const { token } = await world.bell();
    await world.inboxes.ring(token, { text: "kept" });
    const opened = await world.all.Open({ ...world.reading, inbox: undefined, before: undefined });
    assert.ok(opened.kind === "done");
    const sid = Sid.from(opened.value.sid);
    using reading = await world.kernel.connect(sid, ReadingService);
    assert.match((await reading.Fetch({ after: 0 })).text, /kept/);
    for (const [name, { opcode }] of Object.entries(InboxService.entries)) {
      if (opcode in ReadingService.entries) continue;
      const memory = new Memory(64);
      // A server turns away what it has no opcode for: memory comes back as it was.
      await reading.connection.mutableLend(opcode, memory, { valid: 64 }).catch(() => {});
      assert.deepEqual(memory.bytes, new Uint8Array(64), name);
    }
    await reading.connection.scalar(InboxService.entries.Quit.opcode);
    assert.match((await reading.Fetch({ after: 0 })).text, /kept/, "it was told to quit by who may only read");
    await world.inboxes.renewKey(world.managing, "read");
    // Before anything is asked of it: who only listens must not be told of rings any more.
    assert.equal(await world.kernel.tryConnect(sid), "ServerNotFound");
    assert.equal(await code(reading.Fetch({ after: 0 })), "ServerNotFound");
  },
);
