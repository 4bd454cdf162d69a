import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertDone, assertFailed } from "../support/assert.ts";
import { closedPort } from "../support/closed-port.ts";
import { doorbell } from "../support/doorbell.ts";
import { InboxHub, ringBell } from "../support/inbox-hub.ts";
import { startScriptedHttp } from "../support/scripted-http.ts";

/** What `inbox keys` prints. */
function keysIn(stdout: string): { readonly read: string; readonly manage: string } {
  const [, read = "", manage = ""] = /^read {5}(read_[\w-]{32})\nmanage {3}(manage_[\w-]{32})\n$/.exec(stdout) ?? [];
  assert.notEqual(read, "", stdout);
  return { read, manage };
}

describe("inbox", () => {
  let hub: InboxHub;
  before(async () => {
    hub = await InboxHub.start();
  });
  after(() => hub[Symbol.asyncDispose]());

  test("lists what there is: at first the one that the hub made", async () => {
    assert.equal(await hub.prints("inbox"), "me  0 items, the newest number 0; 0 bells; 0.00 MiB\n");
    assert.equal((JSON.parse(await hub.prints("inbox", "list", "--json")) as { name: string }).name, "me");
  });

  test("new makes one and notes its keys for this user alone; keys prints them; delete forgets both", async () => {
    const file = join(hub.hub.data, "keys.json");
    assert.match(
      await hub.prints("inbox", "new", "builds"),
      /^The inbox builds is there, and its keys are in .*doorbell\.\n$/,
    );
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { inboxes } = JSON.parse(readFileSync(file, "utf8")) as { inboxes: Record<string, unknown> };
    assert.deepEqual(keysIn(await hub.prints("inbox", "keys", "builds")), inboxes["builds"]);
    assert.deepEqual(Object.keys(inboxes), ["me", "builds"], "those before are still there");
    assertFailed(await hub.run("inbox", "new", "builds"), 1, /the hub answered: .*builds/);
    await hub.prints("inbox", "delete", "builds");
    assertFailed(await hub.run("inbox", "show", "builds"), 1, /there is no inbox "builds": there is me$/m);
    assertFailed(await hub.run("inbox", "keys", "builds"), 1, /no keys of an inbox "builds" are known here/);
  });

  test("show says what is in it and what it keeps", async () => {
    await hub.prints("inbox", "new", "shown");
    const address = await hub.newBell("bell", { inbox: "shown" });
    await ringBell(address, "one");
    assert.match(
      await hub.prints("inbox", "show", "shown"),
      /^shown {2}1 item, the newest number 1; 1 bell; 0\.00 MiB\nmade {5}\S+Z\nkeeps {4}10,000 items, 64 MiB, 30 days; when full, the oldest go\n$/,
    );
    assert.equal((JSON.parse(await hub.prints("inbox", "show", "shown", "--json")) as { newest: number }).newest, 1);
  });

  test("retention says what it keeps; what is more goes at once, and only what was given changes", async () => {
    await hub.prints("inbox", "new", "kept", "--items-max", "3", "--when-full", "refuse");
    const address = await hub.newBell("bell", { inbox: "kept" });
    for (const text of ["one", "two", "three"]) await ringBell(address, text);
    assert.equal((await fetch(address, { method: "POST", body: "four" })).status, 507);
    assert.match(
      await hub.prints("inbox", "retention", "kept", "--items-max", "2", "--age-max", "12h", "--bytes-max", "16MiB"),
      /^kept {2}3 items, the newest number 3; 1 bell; .*\nmade .*\nkeeps {4}2 items, 16 MiB, 0\.5 days; when full, rings are refused\n$/,
    );
    assert.match(
      await hub.prints("inbox", "retention", "kept", "--age-max", "none", "--when-full", "drop-oldest"),
      /\nkeeps {4}2 items, 16 MiB, for ever; when full, the oldest go\n$/,
    );
    await ringBell(address, "five");
    assert.match(await hub.prints("inbox", "show", "kept"), /^kept {2}2 items, the newest number 4; /);
    assertFailed(await hub.run("inbox", "retention", "kept"), 2, /say what it keeps: --items-max, --age-max/);
    assertFailed(await hub.run("inbox", "retention", "kept", "--age-max", "7"), 2, /Expected a time, as 12h or 30d/);
    assertFailed(await hub.run("inbox", "retention", "kept", "--bytes-max", "1"), 1, /the hub answered: bytesMax is/);
  });

  test("rename keeps keys and bells; another inbox's name, and what is none, changes nothing", async () => {
    await hub.prints("inbox", "new", "before");
    const keys = await hub.prints("inbox", "keys", "before");
    assert.equal(await hub.prints("inbox", "rename", "before", "behind"), "The inbox before is behind now.\n");
    assert.equal(await hub.prints("inbox", "keys", "behind"), keys);
    assertFailed(await hub.run("inbox", "keys", "before"), 1, /no keys of an inbox "before" are known here/);
    assertFailed(await hub.run("inbox", "rename", "behind", "me"), 1, /the hub answered: .*me/);
    assertFailed(await hub.run("inbox", "rename", "behind", "Not a name"), 1, /the hub answered: .*name/);
    assert.equal(await hub.prints("inbox", "rename", "behind", "behind"), "The inbox behind is behind now.\n");
    assert.equal(await hub.prints("inbox", "keys", "behind"), keys);
    assert.match(await hub.prints("inbox", "show", "me"), /^me /);
  });

  test("keys --renew makes a new key, and the old one opens nothing", async () => {
    await hub.prints("inbox", "new", "renewed");
    const first = keysIn(await hub.prints("inbox", "keys", "renewed"));
    const second = keysIn(await hub.prints("inbox", "keys", "renewed", "--renew", "manage"));
    assert.equal(second.read, first.read);
    assert.notEqual(second.manage, first.manage);
    const bells = (key: string): ReturnType<InboxHub["run"]> =>
      hub.run("bell", "list", "--inbox", "renewed", "--key", key);
    assertFailed(await bells(first.manage), 1, /the hub answered: that key does not open this/);
    assertDone(await bells(second.manage), "", 'There is none. Make one with "doorbell bell new LABEL".\n');
    assertFailed(await hub.run("inbox", "keys", "renewed", "--renew", "owner"), 2, /choices are read, manage/);
  });

  test("a managing key opens its inbox and no other; a reading key manages nothing", async () => {
    await hub.prints("inbox", "new", "managed");
    const { read, manage } = keysIn(await hub.prints("inbox", "keys", "managed"));
    assert.match(await hub.prints("inbox", "show", "managed", "--key", manage), /^managed /);
    assertFailed(await hub.run("inbox", "show", "me", "--key", manage), 1, /there is no inbox "me": there is managed/);
    assertFailed(await hub.run("inbox", "list", "--key", manage), 1, /the hub answered: /);
    assertFailed(await hub.run("inbox", "show", "managed", "--key", read), 1, /the hub answered: /);
  });

  test("a hub of another address: its HTTP by --http-url", async () => {
    const url = `http://localhost:${hub.hub.httpPort}/`;
    assert.match(await hub.prints("inbox", "--http-url", url, "--http-port", "1"), /^me /);
    assertFailed(await hub.run("inbox", "--http-url", "ftp://x"), 2, /--http-url is an address of http or https/);
  });
});

test("what is wrong is said, with what to do", async () => {
  using folder = newFolder();
  const port = String(await closedPort());
  assertFailed(
    await doorbell(["inbox", "--data", folder.path, "--http-port", port]),
    1,
    /there are no keys in \S+: "doorbell serve" makes them at its first start/,
  );
  const key = `owner_${"k".repeat(32)}`;
  assertFailed(
    await doorbell(["inbox", "--http-port", port], { DOORBELL_KEY: key }),
    3,
    new RegExp(`no hub answers at 127\\.0\\.0\\.1:${port}: start one with "doorbell serve"`),
  );
  assertFailed(await doorbell(["inbox", "--key", key, "--http-port", "0"]), 2, /--http-port 0 is any free port/);
  const mistaken = "owner_too_short_secret";
  const outcome = await doorbell(["inbox", "--http-port", port, "--key", mistaken]);
  assertFailed(outcome, 2, /--key is a key that begins with owner_, manage_ or read_/);
  assert.ok(!outcome.stderr.includes(mistaken));
});

test("what answers and is no hub, refuses in escapes, or never answers, is said in one harmless line", async () => {
  const key = `owner_${"k".repeat(32)}`;
  const evil = JSON.stringify({ error: "\u001b[2J red" });
  const answers: readonly (readonly [string, number, RegExp])[] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 1, /what answers at \S+ is no hub: its answer is no JSON/],
    ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 1, /is no hub: it answers with 404/],
    ["HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 1, /it answers with 302/],
    [`HTTP/1.1 400 Bad\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`, 1, /the hub answered: \\x1b\[2J red$/m],
    ["no HTTP at all\r\n\r\n", 3, /cannot be reached by HTTP/],
    ["", 3, /cannot be reached by HTTP/],
  ];
  for (const [answer, code, message] of answers) {
    await using http = await startScriptedHttp(answer);
    const outcome = await doorbell(["inbox", "--http-port", String(http.port), "--key", key]);
    assertFailed(outcome, code, message);
    assert.ok(!outcome.stderr.includes(key));
  }
});
