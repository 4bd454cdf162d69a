/** Inboxes of a whole hub over the line protocol. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "@doorbell-js/doorbell/line";

import { type Hub, startHub } from "../../src/hub.ts";
import { inboxOpener } from "../../src/line/line-door.ts";
import { connectLine } from "../support/line-client.ts";

interface Place extends AsyncDisposable {
  readonly hub: Hub;
  readonly port: number;
  readonly owner: string;
  readonly read: string;
  readonly manage: string;
  /** Rings the one bell that there is. */
  ring(text: string): Promise<void>;
}

async function place(): Promise<Place> {
  const hub = await startHub({ listen: [{ port: 0 }], randomPerMinute: 0, network: false, log: () => {} });
  const [address] = hub.addresses;
  assert.ok(address !== undefined && "port" in address);
  const { owner, inboxes } = hub.keys;
  const { read, manage } = inboxes.get("me") ?? {};
  const { token } = await hub.inboxes.createBell({ credential: manage?.text() ?? "" }, { label: "door" });
  return {
    hub,
    port: address.port,
    owner: owner.text(),
    read: read?.text() ?? "",
    manage: manage?.text() ?? "",
    ring: async (text) => void (await hub.inboxes.ring(token, { text })),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

const textOf = (line: string): string => (JSON.parse(line) as { text: string }).text;

test("a reading key opens its inbox: what rings is announced, and fetched as JSON", async () => {
  await using it = await place();
  await it.ring("one");
  await using line = await connectLine(it);
  assert.equal(await line.ask("inbox?"), "error: inbox needs a key: key <reading key>");
  assert.equal(await line.ask(`key ${it.read}`), "OK");
  assert.equal(await line.ask("sources"), "random classified inbox");
  assert.equal(await line.ask("notif inbox"), "OK");
  assert.equal(await line.next(), "notif: inbox");
  const item = JSON.parse(await line.ask("inbox?")) as Record<string, unknown>;
  assert.deepEqual(Object.keys(item), ["sequence", "id", "at", "bell", "text", "priority"]);
  assert.deepEqual([item["sequence"], item["text"]], [1, "one"]);
  await it.ring("two");
  assert.equal(await line.next(), "notif: inbox");
  assert.equal(textOf(await line.ask("inbox?")), "two");
  assert.equal(await line.ask("inbox?"), "");
  await using later = await connectLine(it);
  assert.equal(await later.ask(`key ${it.read} 1`), "OK");
  assert.equal(textOf(await later.ask("inbox?")), "two");
});

test("T24 no other key opens an inbox on the line, and they are told apart by nothing", async () => {
  await using it = await place();
  await using line = await connectLine(it);
  const wrong = [it.manage, it.owner, `read_${"x".repeat(32)}`, "short"];
  for (const key of wrong) assert.equal(await line.ask(`key ${key}`), "error: no inbox has that key");
  assert.equal(await line.ask(`key ${it.manage}`), "error: no inbox has that key; there were too many wrong ones");
  assert.equal(await line.next(), undefined);
});

test("a key that is renewed ends the sessions and the client that have it, at once", async () => {
  await using it = await place();
  await using line = await connectLine(it);
  await line.ask(`key ${it.read}`);
  await using client = await connect({ port: it.port, key: it.read, backoffMs: 1 });
  const next = client.items("inbox").next();
  next.catch(() => {});
  const key = await it.hub.inboxes.renewKey({ credential: it.manage }, "read");
  assert.equal(await line.next(), "error: the key opens no inbox any more: it was renewed");
  assert.equal(await line.next(), undefined);
  await assert.rejects(next, { code: "Refused", message: /^the key was refused: / });
  await assert.rejects(connect({ port: it.port, key: it.read }), { code: "Refused" });
  await using again = await connect({ port: it.port, key });
  await it.ring("one");
  const { value } = await again.items("inbox").next();
  assert.equal(textOf(String(value)), "one");
});

test("an inbox that is deleted ends its sessions, and no others; a hub that stops says that", async () => {
  const it = await place();
  const { inbox, readingKey } = await it.hub.inboxes.createInbox(it.owner, { name: "gone" });
  await using line = await connectLine(it);
  await using other = await connectLine(it);
  assert.equal(await line.ask(`key ${readingKey}`), "OK");
  assert.equal(await other.ask(`key ${it.read}`), "OK");
  await it.hub.inboxes.deleteInbox({ credential: it.owner, inbox: inbox.id });
  assert.equal(await line.next(), "error: the key opens no inbox any more: its inbox was deleted");
  assert.equal(await other.ask("ping"), "pong");
  await it[Symbol.asyncDispose]();
  assert.equal(await other.next(), "error: the server is stopping");
});

test("many sessions come and go with one key, and the reader's end is waited for once", async () => {
  await using it = await place();
  let waits = 0;
  const { inboxes } = it.hub;
  const ended = new Promise<void>(() => {});
  const { then } = Promise.prototype;
  // oxlint-disable-next-line unicorn/no-thenable -- it counts who waits
  const waited = Object.defineProperty(ended, "then", {
    value(...args: Parameters<typeof then>) {
      waits += 1;
      return then.apply(ended, args);
    },
  });
  const open = inboxOpener({
    open: async (access) => Object.defineProperty(await inboxes.open(access), "ended", { value: waited }),
  });
  for (let session = 0; session < 100; session += 1) {
    const inbox = await open(it.read);
    const ignore = (): void => {};
    const subscription = inbox?.subscribe(ignore, ignore);
    subscription?.[Symbol.dispose]();
    inbox?.[Symbol.dispose]();
  }
  assert.equal(waits, 1);
});
