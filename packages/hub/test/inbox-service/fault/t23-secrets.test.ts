/** T23 of inboxes: keys and tokens, and their hashes, stand in nothing that is logged, thrown, inspected or reported. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";

import { startHub } from "../../../src/hub.ts";
import { Key } from "../../../src/inbox/key.ts";

const everything = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null } as const;

/** All ways in which a key could stand in a text. */
function forms(text: string): readonly string[] {
  const random = text.slice(-32);
  const bytes = Buffer.from(random, "base64url");
  const hash = Buffer.from(Key.parse(text)?.hash() ?? []);
  return [bytes, hash, Buffer.from(random)].flatMap((one) => [
    one.toString("hex"),
    one.toString("base64"),
    one.toString("base64url"),
    one.toString("latin1"),
    [...one].join(","),
    [...one].join(", "),
  ]);
}

async function errorOf(asked: () => unknown): Promise<unknown> {
  try {
    return await asked();
  } catch (error) {
    return error;
  }
}

test(
  "T23 no key, token or hash of one is shown by logs, errors, objects or the kernel's report",
  { timeout: 60_000 },
  async (t) => {
    using folder = newFolder();
    const shown: string[] = [];
    const show = (value: unknown): void => {
      shown.push(inspect(value, everything), String(value));
      try {
        shown.push(JSON.stringify(value) ?? "");
      } catch {
        // What cannot be put into JSON shows nothing there.
      }
      if (value instanceof Error) shown.push(value.stack ?? "", value.message);
    };
    const secrets: string[] = [];
    const options = { listen: [{ port: 0 }], randomPerMinute: 0, network: false, log: show };
    const hub = await startHub({ ...options, store: { folder: folder.path } });
    try {
      const { inboxes, keys } = hub;
      const me = keys.inboxes.get("me");
      const owner = keys.owner.text();
      const reading = { credential: me?.read?.text() ?? "" };
      const managing = { credential: me?.manage?.text() ?? "" };
      const session = await inboxes.openSession(owner, 60_000);
      const { bell, token } = await inboxes.createBell(managing, { label: "b", ringsMax: 1 });
      const wrong = Key.make("read", randomBytes).text();
      secrets.push(
        owner,
        reading.credential,
        managing.credential,
        session,
        token,
        wrong,
        Key.make("bell", randomBytes).text(),
      );
      const reader = await inboxes.open(reading);
      for (const value of [hub, inboxes, keys, reader, bell, await hub.inspect()]) show(value);
      for (const ask of [
        () => inboxes.ring(token, { text: "" }),
        () => inboxes.ring(token, { text: "" }),
        () => inboxes.ring(secrets.at(-1) ?? "", { text: "" }),
        () => inboxes.ring(owner, { text: "" }),
        () => inboxes.ring(token, { text: "\u0000" }),
        () => inboxes.open({ credential: wrong }),
        () => inboxes.open(managing),
        () => inboxes.open({ credential: `${owner}x` }),
        () => inboxes.open({ credential: owner, inbox: 99 }),
        () => inboxes.open({ credential: owner }),
        () => inboxes.bells(reading),
        () => inboxes.createBell(managing, { label: "x".repeat(65) }),
        () => inboxes.createInbox(session, { name: "me" }),
        () => inboxes.openSession(session, 1),
        () => inboxes.inboxes(wrong),
        () => inboxes.isSession(session),
        () => inboxes.bell(managing, bell.id),
        () => reader.page({}),
        () => reader.fetch(0),
        () => inboxes.closeSession(session),
      ])
        show(await errorOf(ask));
      secrets.push(await inboxes.renewKey(managing, "read"));
      await reader.ended;
      show(await errorOf(() => reader.fetch(0)));
    } finally {
      await hub[Symbol.asyncDispose]();
    }
    let looked = 0;
    for (const secret of secrets)
      for (const form of forms(secret))
        for (const text of shown) {
          // The text of an assertion would show it.
          assert.ok(!text.includes(form), `a ${Key.parse(secret)?.kind} key is shown`);
          looked += 1;
        }
    // On disk there are hashes alone, but for the file that is made for keys.
    for (const name of readdirSync(folder.path)) {
      const bytes = readFileSync(folder.file(name), "latin1");
      for (const secret of secrets) {
        const isKept = bytes.includes(secret.slice(-32));
        assert.ok(name === "keys.json" || !isKept, `${name} holds a ${Key.parse(secret)?.kind} key`);
      }
    }
    report(t, `T23 inboxes: ${secrets.length} secrets, ${looked} places looked at, found 0`);
  },
);
