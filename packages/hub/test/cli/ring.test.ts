import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { assertDone, assertFailed } from "../support/assert.ts";
import { closedPort } from "../support/closed-port.ts";
import { bareEnvironment, bin, doorbell } from "../support/doorbell.ts";
import { InboxHub } from "../support/inbox-hub.ts";
import { connectLine, type LineClient } from "../support/line-client.ts";
import { run } from "../support/program.ts";

const TOKEN = "t".repeat(32);

describe("ring", () => {
  let hub: InboxHub;
  let line: LineClient;
  let address: string;
  before(async () => {
    hub = await InboxHub.start();
    address = await hub.newBell("bell");
    line = await connectLine(hub.hub);
    const [, key = ""] = /^read +(\S+)$/m.exec(await hub.prints("inbox", "keys")) ?? [];
    assert.equal(await line.ask(`key ${key}`), "OK");
  });
  after(async () => {
    await line[Symbol.asyncDispose]();
    await hub[Symbol.asyncDispose]();
  });

  /** What came, without what is different each time. */
  async function came(): Promise<object> {
    const { sequence: _, id: __, at: ___, ...item } = JSON.parse(await line.ask("inbox?")) as Record<string, unknown>;
    return item;
  }

  const bell = { id: 1, label: "bell" };

  test("the words are the text; without any it is a ring all the same", async () => {
    assertDone(await doorbell(["ring", address, "Backup", "successful"]), "");
    assert.deepEqual(await came(), { bell, text: "Backup successful", priority: 3 });
    assertDone(await doorbell(["ring", address]), "");
    assert.deepEqual(await came(), { bell, text: "", priority: 3 });
  });

  test("title, priority, tags and click arrive as they were given, whatever their letters", async () => {
    const options = [
      "--title",
      "Größe: 12 €",
      "--priority",
      "max",
      "--tags",
      "nas,größe",
      "--click",
      "https://example.org/x",
    ];
    assertDone(await doorbell(["ring", ...options, address, "Größe 🐑"]), "");
    assert.deepEqual(await came(), {
      bell,
      title: "Größe: 12 €",
      text: "Größe 🐑",
      priority: 5,
      tags: ["nas", "größe"],
      click: "https://example.org/x",
    });
  });

  test("- reads the text from standard input", async () => {
    const { code } = await run(process.execPath, [bin, "ring", address, "-"], {
      env: bareEnvironment(),
      input: "two\nlines",
    });
    assert.equal(code, 0);
    assert.deepEqual(await came(), { bell, text: "two\nlines", priority: 3 });
  });

  test("under the same idempotency key it is one ring", async () => {
    for (let time = 0; time < 2; time += 1)
      assertDone(await doorbell(["ring", address, "once", "--idempotency-key", "k1"]), "");
    assert.deepEqual(await came(), { bell, text: "once", priority: 3 });
    assert.equal(await line.ask("inbox?"), "");
  });

  test("what the hub refuses is said, and the exit code is 1", async () => {
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [["x".repeat(4_097)], /the hub answered: .*4,?096/],
      [["x", "--priority", "7"], /the hub answered: /],
      [["x", "--click", "file:///etc/passwd"], /the hub answered: /],
    ];
    for (const [args, message] of refused) assertFailed(await doorbell(["ring", address, ...args]), 1, message);
    const unknown = address.replace(/\/b\/.*/, `/b/${TOKEN}`);
    assertFailed(await doorbell(["ring", unknown, "x"]), 1, /the hub answered: no bell has that address/);
  });
});

test("an address that is none, and one where nobody answers: nothing of it is shown but the host", async () => {
  const port = await closedPort();
  const outcomes = [
    [await doorbell(["ring", TOKEN, "x"]), 2, /the address of a bell begins with http:/],
    [
      await doorbell(["ring", `http://127.0.0.1:${port}/b/${TOKEN}`, "x"]),
      3,
      new RegExp(`no hub answers at 127\\.0\\.0\\.1:${port}`),
    ],
    [
      await doorbell(["ring", `http://doorbell.invalid/b/${TOKEN}`, "x"]),
      3,
      /no address is known for doorbell\.invalid/,
    ],
    [await doorbell(["ring", `http://user:pass@127.0.0.1:${port}/b/${TOKEN}`, "x"]), 3, /127\.0\.0\.1/],
  ] as const;
  for (const [outcome, code, message] of outcomes) {
    assertFailed(outcome, code, message);
    assert.ok(!outcome.stderr.includes(TOKEN) && !outcome.stderr.includes("pass@"), outcome.stderr);
  }
});
