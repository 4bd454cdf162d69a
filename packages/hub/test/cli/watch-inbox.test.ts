import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { InboxHub, ringBell } from "../support/inbox-hub.ts";
import { connectLine } from "../support/line-client.ts";

describe("watch --inbox", () => {
  let hub: InboxHub;
  let address: string;
  before(async () => {
    hub = await InboxHub.start();
    // More often than others: it is rung until somebody listens.
    address = await hub.newBell("backup", { perMinute: 1_000 });
  });
  after(() => hub[Symbol.asyncDispose]());

  test("prints what is there and what comes, and nothing of other sources", async () => {
    await ringBell(address, "one");
    await using watching = hub.start(["watch", "--inbox"]);
    assert.equal(await watching.line(0), "inbox backup: one");
    await ringBell(address, "line 1\nline 2", {
      Title: "done",
      Tags: "a,b",
      Priority: "5",
      Click: "https://example.org/",
    });
    assert.equal(
      await watching.line(1),
      "inbox backup: done: line 1 ⏎ line 2 #a #b (priority 5) <https://example.org/>",
    );
    watching.signal("SIGINT");
    assert.equal((await watching.ended).code, 0);
    assert.equal(watching.stderr, "");
  });

  test("another inbox by its name; other sources beside it by theirs", async () => {
    await hub.prints("inbox", "new", "other");
    const bell = await hub.newBell("b", { inbox: "other" });
    await using watching = hub.start(["watch", "--inbox", "other", "--source", "classified"]);
    await ringBell(bell, "to the other");
    await using client = await connectLine(hub.hub);
    await client.ask("post an ad");
    await watching.until("both", () => watching.lines.length >= 2);
    assert.deepEqual([...watching.lines].sort(), ["classified an ad", "inbox b: to the other"]);
  });

  test("--new leaves out what is there, also over a restart of the watch's connection", async () => {
    await ringBell(address, "old");
    await using watching = hub.start(["watch", "--inbox", "--new", "--source", "classified", "random", "--json"]);
    const isListening = async (): Promise<boolean> => {
      await using client = await connectLine(hub.hub);
      await client.ask("post tick");
      return watching.stdout.includes("tick");
    };
    while (!(await isListening()));
    await ringBell(address, "new");
    await watching.until("the new item", () => watching.stdout.includes('"new"'));
    assert.ok(!watching.stdout.includes('"old"') && !watching.stdout.includes('"random"'), watching.stdout);
  });

  test("--json has the item as an object", async () => {
    await using watching = hub.start(["watch", "--inbox", "--new", "--json"]);
    const { text, bell } = await firstNew(watching, async () => ringBell(address, "as JSON"));
    assert.deepEqual([text, bell.label], ["as JSON", "backup"]);
  });

  test("--exec has all of an item in the environment, and runs nothing of it", async () => {
    const show =
      'printf "%s|" "$DOORBELL_LABEL" "$DOORBELL_TITLE" "$DOORBELL_TEXT" "$DOORBELL_PRIORITY" "$DOORBELL_TAGS" "$DOORBELL_CLICK"; echo';
    assertFailed(await hub.run("watch", "--inbox", "exec", "--exec", show), 1, /no reading key of an inbox "exec"/);
    await hub.prints("inbox", "new", "exec");
    await using running = hub.start(["watch", "--inbox", "exec", "--exec", show]);
    const bell = await hub.newBell("$(touch x)", { inbox: "exec" });
    await ringBell(bell, '`id`; "$HOME"', { Title: "t", Tags: "a,b", Priority: "1", Click: "mailto:a@b.c" });
    assert.equal(await running.line(0), '$(touch x)|t|`id`; "$HOME"|1|a,b|mailto:a@b.c|');
  });

  test("a key that is renewed ends the watch, and says how to get the new one", async () => {
    await hub.prints("inbox", "new", "ends");
    await using watching = hub.start(["watch", "--inbox", "ends"]);
    const bell = await hub.newBell("b", { inbox: "ends" });
    await ringBell(bell, "one");
    await watching.line(0);
    await hub.prints("inbox", "keys", "ends", "--renew", "read");
    assert.equal((await watching.ended).code, 1);
    assert.match(
      watching.stderr,
      /^doorbell: the key of the inbox "ends" was renewed: on the hub's machine, "doorbell inbox keys ends" prints the new one\n$/,
    );
    await using again = hub.start(["watch", "--inbox", "ends"]);
    assert.equal(await again.line(0), "inbox b: one");
  });

  test("an inbox that is deleted ends the watch, which says so", async () => {
    await hub.prints("inbox", "new", "gone");
    const [, key = ""] = /^read +(\S+)$/m.exec(await hub.prints("inbox", "keys", "gone")) ?? [];
    await using byName = hub.start(["watch", "--inbox", "gone"]);
    await using byKey = hub.start(["watch", "--inbox", "--key", key]);
    await ringBell(await hub.newBell("b", { inbox: "gone" }), "one");
    await Promise.all([byName.line(0), byKey.line(0)]);
    await hub.prints("inbox", "delete", "gone");
    assert.deepEqual([(await byName.ended).code, byName.stderr], [1, 'doorbell: the inbox "gone" was deleted\n']);
    assert.deepEqual([(await byKey.ended).code, byKey.stderr], [1, "doorbell: the inbox of that key was deleted\n"]);
  });

  test("keys that are none, or of another kind", async () => {
    assertFailed(
      await hub.run("watch", "--inbox", "--key", `read_${"x".repeat(32)}`),
      1,
      /the hub has no inbox for the key of "me"/,
    );
    assertFailed(
      await hub.run("watch", "--inbox", "--key", `owner_${"x".repeat(32)}`),
      2,
      /an inbox is read with a key that begins with read_/,
    );
    const [, read = ""] = /^read +(\S+)$/m.exec(await hub.prints("inbox", "keys")) ?? [];
    await using watching = hub.start(["watch", "--inbox", "--json"], {
      DOORBELL_KEY: read,
      DOORBELL_DATA: "/nonexistent",
    });
    await watching.line(0);
  });
});

/** The first item that is printed after `ring` has rung again and again, as the watch may not listen yet. */
async function firstNew(
  watching: ReturnType<InboxHub["start"]>,
  ring: () => Promise<void>,
): Promise<{ readonly text: string; readonly bell: { readonly label: string } }> {
  const rung = async (): Promise<boolean> => {
    await ring();
    await pause(100);
    return watching.lines.length > 0;
  };
  await until("an item", rung, 30_000);
  return (JSON.parse(await watching.line(0)) as { item: { text: string; bell: { label: string } } }).item;
}

test("a folder without keys, and a hub that is not there", async () => {
  using folder = newFolder();
  assertFailed(await doorbell(["watch", "--inbox", "--data", folder.path]), 1, /there are no keys in /);
});

test("a watch goes on with a hub that is started again, and repeats nothing", async () => {
  const hub = await InboxHub.start();
  const { port, data } = hub.hub;
  const address = await hub.newBell("b");
  await using watching = hub.start(["watch", "--inbox"]);
  await ringBell(address, "one");
  await watching.line(0);
  hub.hub.program.signal("SIGTERM");
  await hub.hub.program.ended;
  await using again = await startHubProcess({
    http: true,
    args: ["--port", String(port), "--random-rate", "0"],
    env: { DOORBELL_DATA: data },
  });
  await ringBell(address.replace(/:\d+\//, `:${again.httpPort}/`), "two");
  await watching.until("the second", () => watching.lines.length >= 2);
  assert.deepEqual(watching.lines, ["inbox b: one", "inbox b: two"]);
});
