/** What is rung at a bell, as it pops up on the desktop. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { startDaemon, type TestBus } from "../support/bus-daemon.ts";
import { InboxHub, ringBell } from "../support/inbox-hub.ts";
import { daemonSignal, MockBusDaemon } from "../support/mock-bus-daemon.ts";
import { dbusMissing } from "../support/needs.ts";

describe("watch --inbox --desktop", { skip: dbusMissing }, () => {
  let hub: InboxHub;
  let bus: TestBus;
  before(async () => {
    [hub, bus] = await Promise.all([InboxHub.start(), startDaemon()]);
  });
  after(async () => {
    await bus[Symbol.asyncDispose]();
    await hub[Symbol.asyncDispose]();
  });

  const desktop = (): NodeJS.ProcessEnv => ({
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    DISPLAY: ":0",
    WAYLAND_DISPLAY: "",
  });

  test("a pop-up has the item's title, or the bell's label, its text and tags, and is as urgent as its priority", async () => {
    const address = await hub.newBell("backup");
    await using daemon = await MockBusDaemon.on(bus.address);
    await using watching = hub.start(["watch", "--inbox", "--desktop"], desktop());
    for (const [index, [text, headers]] of [
      ["12 GB\nin 7 min", { Title: "done", Tags: "nas,ok", Priority: "5" }],
      ["<b>no title</b>", { Priority: "1" }],
      ["usual", {}],
    ].entries() as ArrayIterator<[number, [string, Record<string, string>]]>) {
      await ringBell(address, text, headers);
      await daemon.receives(index + 1);
    }
    assert.deepEqual(
      daemon.notified.map(({ summary, body, hints }) => [summary, body, hints["urgency"], hints["category"]]),
      [
        ["done", "12 GB\nin 7 min\n#nas #ok", 2, "x-doorbell.inbox"],
        ["backup", "&lt;b&gt;no title&lt;/b&gt;", 0, "x-doorbell.inbox"],
        ["backup", "usual", 1, "x-doorbell.inbox"],
      ],
    );
    watching.signal("SIGINT");
    assert.equal((await watching.ended).code, 0);
    assert.equal(watching.stdout + watching.stderr, "");
  });

  test("notify-send is given nothing of an item, as every user of the machine could read it there", async () => {
    using folder = newFolder();
    const program = folder.file("notify-send");
    writeFileSync(
      program,
      `#!/bin/sh\nif [ "$1" != --help ]; then printf '%s\\n' "$@" >> "${folder.file("argv")}"; fi\n`,
    );
    chmodSync(program, 0o755);
    const address = await hub.newBell("doctor");
    const environment = { PATH: folder.path, DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/nowhere" };
    await using watching = hub.start(["watch", "--inbox", "--desktop"], environment);
    await watching.until("its start", () => watching.stderr.includes("without the text of inboxes"));
    await ringBell(address, "code 4711", { Title: "diagnosis", Tags: "secret" });
    const argv = (): string => (existsSync(folder.file("argv")) ? readFileSync(folder.file("argv"), "utf8") : "");
    await until("the pop-up", () => /^inbox\nitem \d+: .*\n/m.test(argv()));
    assert.doesNotMatch(argv(), /doctor|diagnosis|4711|secret/);
  });

  test("--urgency inbox=… wins over the priority", async () => {
    await hub.prints("inbox", "new", "calm");
    const address = await hub.newBell("b", { inbox: "calm" });
    await using daemon = await MockBusDaemon.on(bus.address);
    await using _ = hub.start(["watch", "--inbox", "calm", "--desktop", "--urgency", "inbox=low"], desktop());
    await ringBell(address, "x", { Priority: "5" });
    assert.equal((await daemon.receives(1)).hints["urgency"], 0);
  });

  test("a click opens what the item names, and nothing that is no address of the web or of mail", async () => {
    using folder = newFolder();
    const opened = folder.file("opened");
    writeFileSync(
      folder.file("xdg-open"),
      `#!/bin/sh\nprintf '%s|' "$@" "$XDG_ACTIVATION_TOKEN" >'${opened}.new'\nmv '${opened}.new' '${opened}'\n`,
    );
    chmodSync(folder.file("xdg-open"), 0o755);
    await hub.prints("inbox", "new", "clicks");
    const address = await hub.newBell("b", { inbox: "clicks" });
    await using daemon = await MockBusDaemon.on(bus.address);
    const PATH = `${folder.path}:${process.env["PATH"]}`;
    await using _ = hub.start(["watch", "--inbox", "clicks", "--desktop"], { ...desktop(), PATH });
    await ringBell(address, "see https://other.example/", { Click: "https://example.org/a?b=$(id)" });
    assert.deepEqual((await daemon.receives(1)).actions, ["default", "Open", "open", "Open example.org"]);
    await daemon.peer.emit(daemonSignal("ActivationToken", 1, "token-1"), "us");
    await daemon.peer.emit(daemonSignal("ActionInvoked", 1, "default"), "us");
    await until("the page", () => existsSync(opened));
    assert.equal(readFileSync(opened, "utf8"), "https://example.org/a?b=$(id)|token-1|");
  });
});
