/** A hub with a data folder: what it makes at its first start, what it finds again, and why it does not start. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { within } from "@doorbell-js/test-support/until";

import { type Hub, type HubEvent, startHub } from "../src/hub.ts";
import { keysToJson, readKeys } from "../src/keys-file.ts";
import { connectLine } from "./support/line-client.ts";
import { refused } from "./support/refused.ts";

const limit = { timeout: 60_000 };

function start(folder: string, events: HubEvent[] = []): Promise<Hub> {
  const log = (event: HubEvent): void => void events.push(event);
  return startHub({ listen: [{ port: 0 }], randomPerMinute: 0, network: false, log, store: { folder } });
}

const readingOf = (hub: Hub): { credential: string } => ({
  credential: hub.keys.inboxes.get("me")?.read?.text() ?? "",
});
const managingOf = (hub: Hub): { credential: string } => ({
  credential: hub.keys.inboxes.get("me")?.manage?.text() ?? "",
});

test("ads, items, bells, keys and sessions are there again after a restart", limit, async () => {
  using folder = newFolder();
  let token = "";
  let session = "";
  {
    await using hub = await start(folder.file("data"));
    assert.equal(statSync(folder.file("data")).mode & 0o777, 0o700);
    const [address] = hub.addresses;
    assert.ok(address !== undefined && "port" in address);
    await using line = await connectLine(address);
    assert.equal(await line.ask("post kept"), "OK");
    ({ token } = await hub.inboxes.createBell(managingOf(hub), { label: "b" }));
    await hub.inboxes.ring(token, { text: "before" });
    session = await hub.inboxes.openSession(hub.keys.owner.text(), 60_000);
  }
  const kept = readKeys(folder.file("data"));
  await using hub = await start(folder.file("data"));
  assert.deepEqual(keysToJson(hub.keys), kept && keysToJson(kept));
  assert.equal(await hub.inboxes.isSession(session), true);
  await hub.inboxes.ring(token, { text: "after" });
  using reader = await hub.inboxes.open(readingOf(hub));
  assert.equal(reader.newest, 2);
  assert.match((await reader.fetch(0)).text, /"before"/);
  const [address] = hub.addresses;
  assert.ok(address !== undefined && "port" in address);
  await using line = await connectLine(address);
  assert.equal(await line.ask("classified?"), "kept");
});

test(
  "without its file of keys a hub has another owner's key: the old one, and its sessions, open nothing",
  limit,
  async () => {
    using folder = newFolder();
    let owner = "";
    let session = "";
    let reading = { credential: "" };
    {
      await using hub = await start(folder.path);
      owner = hub.keys.owner.text();
      session = await hub.inboxes.openSession(owner, 60_000);
      reading = readingOf(hub);
    }
    rmSync(folder.file("keys.json"));
    await using hub = await start(folder.path);
    await refused("AccessDenied", () => hub.inboxes.inboxes(owner));
    assert.equal(await hub.inboxes.isSession(session), false);
    // The inbox and its keys are as they were; that they are not known here any more can be mended by the owner.
    using _ = await hub.inboxes.open(reading);
    assert.equal(hub.keys.inboxes.size, 0);
    const key = await hub.inboxes.renewKey({ credential: hub.keys.owner.text(), inbox: 1 }, "manage");
    assert.deepEqual(await hub.inboxes.bells({ credential: key }), []);
  },
);

test("a first start that ended before the store was made goes on with the keys that were written", limit, async () => {
  using folder = newFolder();
  let keys;
  {
    await using hub = await start(folder.path);
    keys = hub.keys;
  }
  for (const name of readdirSync(folder.path)) if (name !== "keys.json") rmSync(folder.file(name));
  await using hub = await start(folder.path);
  assert.deepEqual(keysToJson(hub.keys), keysToJson(keys));
  using reader = await hub.inboxes.open(readingOf(hub));
  assert.equal(reader.newest, 0);
  assert.equal((await hub.inboxes.inboxes(hub.keys.owner.text())).length, 1);
});

test("an inbox that its owner deleted does not come back", limit, async () => {
  using folder = newFolder();
  {
    await using hub = await start(folder.path);
    await hub.inboxes.deleteInbox({ credential: hub.keys.owner.text(), inbox: 1 });
  }
  await using hub = await start(folder.path);
  assert.deepEqual(await hub.inboxes.inboxes(hub.keys.owner.text()), []);
});

/** Why a hub does not start, in the words of whoever started it; and that nothing is tried again, nor left. */
async function fails(folder: string, code: string, message: RegExp): Promise<void> {
  const events: HubEvent[] = [];
  await assert.rejects(start(folder, events), (error: Error) => {
    assert.equal((error as { code?: string }).code, code);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
  assert.deepEqual(events, [], "it was tried again");
}

test("a folder that another hub has: it says so", limit, async () => {
  using folder = newFolder();
  await using _ = await start(folder.path);
  await fails(folder.path, "StoreLocked", /--data/);
});

test("a folder that others can write is refused", limit, async () => {
  using folder = newFolder();
  chmodSync(folder.path, 0o777);
  await fails(folder.path, "StoreUnsafe", /can be written by others/);
});

test("a database that is none is refused", limit, async () => {
  using folder = newFolder();
  writeFileSync(folder.file("doorbell.db"), "no database ".repeat(1_000), { mode: 0o600 });
  await fails(folder.path, "StoreCorrupt", /doorbell\.db/);
});

test("a file of keys that is none is refused", limit, async () => {
  using folder = newFolder();
  writeFileSync(folder.file("keys.json"), "{", { mode: 0o600 });
  await fails(folder.path, "KeysFileInvalid", /keys\.json is not a file of keys/);
});

test("rings that come together are answered together: nobody waits for a thread to look again", limit, async () => {
  using folder = newFolder();
  await using hub = await start(folder.file("data"));
  const { token } = await hub.inboxes.createBell(managingOf(hub), { label: "b", perMinute: 1_000 });
  for (let round = 0; round < 5; round += 1) {
    const rings = Promise.all(
      Array.from({ length: 100 }, (_, number) => hub.inboxes.ring(token, { text: `${number}` })),
    );
    // A thread that missed its wake-up looks again after 4 s. A hundred were seen to take 0.3 s.
    const rung = await within("the answers to a hundred rings", rings, 3_000);
    assert.equal(new Set(rung.map(({ id }) => id)).size, 100);
  }
});
