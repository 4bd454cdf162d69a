import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";

import { LineServer, MemorySource } from "@doorbell-js/doorbell/line";
import { type Folder, newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { assertFailed } from "../support/assert.ts";
import { startDaemon } from "../support/bus-daemon.ts";
import { bareEnvironment, bin, doorbell } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { daemonSignal, MockBusDaemon } from "../support/mock-bus-daemon.ts";
import { dbusMissing } from "../support/needs.ts";
import { Program } from "../support/program.ts";

function watch(address: string, port: number, args: readonly string[], more: NodeJS.ProcessEnv = {}): Program {
  const env = bareEnvironment({ DBUS_SESSION_BUS_ADDRESS: address, DISPLAY: "", WAYLAND_DISPLAY: "", ...more });
  return new Program(process.execPath, [bin, "watch", "--desktop", "--port", String(port), ...args], env);
}

/** Two sources on a server of this process. */
async function serve(): Promise<
  { readonly port: number; readonly clock: MemorySource; readonly classified: MemorySource } & AsyncDisposable
> {
  const [clock, classified] = [new MemorySource(), new MemorySource()];
  const server = new LineServer({ sources: { clock, classified } });
  const { port } = await server.listen({ port: 0 });
  return { port, clock, classified, [Symbol.asyncDispose]: () => server.close() };
}

/** A program of this name that writes its arguments, its token and what it is sent to a file. */
function tool(folder: Folder, name: string): string {
  const file = folder.file(name);
  const said = folder.file(`${name}.said`);
  writeFileSync(
    file,
    `#!/bin/sh\n{ printf '%s|' "$@" "$XDG_ACTIVATION_TOKEN"; cat; } >'${said}.new'\nmv '${said}.new' '${said}'\n`,
  );
  chmodSync(file, 0o755);
  return said;
}

describe("watch --desktop", { skip: dbusMissing }, () => {
  test("pops items up, as the options say, and prints nothing", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using hub = await serve();
    const options = ["--urgency", "low", "classified=critical", "--replace", "clock", "--expire", "7"];
    await using watching = watch(bus.address, hub.port, options);
    hub.clock.push("34");
    await daemon.receives(1);
    hub.classified.push("one");
    await daemon.receives(2);
    hub.clock.push("35");
    await daemon.receives(3);
    hub.classified.push("two");
    await daemon.receives(4);
    const seen = daemon.notified.map(({ summary, body, replaces, hints, expireMs }) => ({
      summary,
      body,
      replaces,
      hints,
      expireMs,
    }));
    const clock = { summary: "clock", hints: { urgency: 0, category: "x-doorbell.clock" }, expireMs: 7_000 };
    const ad = { summary: "classified", hints: { urgency: 2, category: "x-doorbell.classified" }, expireMs: 7_000 };
    assert.deepEqual(seen, [
      { ...clock, body: "34", replaces: 0 },
      { ...ad, body: "one", replaces: 0 },
      { ...clock, body: "35", replaces: 1 },
      { ...ad, body: "two", replaces: 0 },
    ]);
    watching.signal("SIGINT");
    assert.equal((await watching.ended).code, 0);
    assert.equal(watching.stdout + watching.stderr, "");
  });

  test("besides --json, and besides --exec", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using hub = await serve();
    await using json = watch(bus.address, hub.port, ["--json"]);
    await using exec = watch(bus.address, hub.port, ["--exec", 'echo "got $DOORBELL_ITEM"']);
    hub.classified.push("one");
    assert.equal((JSON.parse(await json.line(0)) as { item: string }).item, "one");
    assert.equal(await exec.line(0), "got one");
    await daemon.receives(2);
  });

  test("1,000 items at once are all printed, and one pop-up stands", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    const board = new MemorySource({ keep: 1_000 });
    const server = new LineServer({ sources: { board } });
    const { port } = await server.listen({ port: 0 });
    try {
      await using watching = watch(bus.address, port, ["--json"]);
      board.push("0");
      await watching.line(0);
      for (let item = 1; item < 1_000; item += 1) board.push(String(item));
      await watching.line(999);
      watching.signal("SIGINT");
      assert.equal((await watching.ended).code, 0);
      const standing = daemon.notified.length - daemon.closed.length;
      assert.ok(daemon.notified.length < 10, `${daemon.notified.length} calls`);
      assert.equal(standing, 1 + daemon.notified.filter(({ replaces }) => replaces !== 0).length);
      assert.equal(daemon.notified.at(-1)?.summary, "board: 1,000 new");
    } finally {
      await server.close();
    }
  });

  test("a daemon that never answers, that goes and comes: the items go on, and it is said what is wrong", async () => {
    await using bus = await startDaemon();
    const daemon = await MockBusDaemon.on(bus.address);
    await using hub = await serve();
    await using watching = watch(bus.address, hub.port, ["--json"]);
    daemon.answer = () => undefined;
    hub.classified.push("one");
    await daemon.receives(1);
    for (const item of ["two", "three", "four"]) hub.classified.push(item);
    await watching.line(3);
    // It dies with the call unanswered.
    await daemon[Symbol.asyncDispose]();
    await watching.until("that it is told", () => watching.stderr.includes("no notification daemon is there"));
    assert.equal(watching.stderr, "doorbell: no notification daemon is there; what comes waits for it\n");
    await bus.kill();
    hub.classified.push("five");
    await watching.line(4);
    await bus.restart();
    await using another = await MockBusDaemon.on(bus.address);
    assert.equal((await another.receives(1)).body, "one", "the one that it died of is tried once more");
    await until("what came meanwhile", () => another.notified.some(({ body }) => body.includes("five")));
    await watching.until("that it is over", () => watching.stderr.includes("the desktop takes pop-ups again\n"));
  });

  test("a click copies the item, spelled out; a page has a button that says where it leads, and opens", async () => {
    using folder = newFolder();
    const [copied, opened] = [tool(folder, "xclip"), tool(folder, "xdg-open")];
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using hub = await serve();
    const PATH = `${folder.path}:${process.env["PATH"]}`;
    await using _watching = watch(bus.address, hub.port, [], { PATH, DISPLAY: ":0" });
    hub.classified.push("see \u202ehttps://example.org/a?b=$(id)'`;. and http://other.example");
    const { actions } = await daemon.receives(1);
    assert.deepEqual(actions, ["default", "Copy", "copy", "Copy", "open", "Open example.org"]);
    await daemon.peer.emit(daemonSignal("ActionInvoked", 1, "copy"), "us");
    await until("the copy", () => existsSync(copied));
    assert.equal(
      readFileSync(copied, "utf8"),
      "-selection|clipboard||see \\u202ehttps://example.org/a?b=$(id)'`;. and http://other.example",
    );
    await daemon.peer.emit(daemonSignal("ActivationToken", 1, "token-1"), "us");
    await daemon.peer.emit(daemonSignal("ActionInvoked", 1, "open"), "us");
    await until("the page", () => existsSync(opened));
    assert.equal(readFileSync(opened, "utf8"), "https://example.org/a?b=$(id)%27`|token-1|");
    for (const item of [
      "no page",
      "https://user@example.org/",
      "javascript:alert(1)",
      "file:///etc/passwd",
      "https://",
    ]) {
      const next = daemon.notified.length + 1;
      hub.classified.push(item);
      const notified = await daemon.receives(next);
      if (notified.summary === "classified") assert.ok(!notified.actions.includes("open"), item);
      else assert.deepEqual(notified.actions, [], "a summary has no actions");
    }
  });

  test("where there is nothing to copy or open with, there are no actions", async () => {
    using folder = newFolder();
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using hub = await serve();
    await using _watching = watch(bus.address, hub.port, [], { PATH: folder.path, DISPLAY: ":0" });
    hub.classified.push("https://example.org/");
    assert.deepEqual((await daemon.receives(1)).actions, []);
  });
});

test("no desktop: exit code 1, and what is wrong", async () => {
  using folder = newFolder();
  await using hub = await startLocalHub();
  const none = { PATH: folder.path, XDG_RUNTIME_DIR: "", DBUS_SESSION_BUS_ADDRESS: "" };
  const outcome = await doorbell(["watch", "--desktop", ...hub.at], none);
  assertFailed(outcome, 1, /there is no desktop to show anything on: there is no session bus: .* notify-send/);
});

test("a bus that only notify-send can reach: it is said, and the items go on when that fails", async () => {
  using folder = newFolder();
  const file = folder.file("notify-send");
  writeFileSync(file, '#!/bin/sh\nif [ "$1" = --help ]; then exit 0; fi\necho "no \\033[2J bus" >&2\nexit 1\n');
  chmodSync(file, 0o755);
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  await using watching = watch("unix:abstract=/nowhere", hub.port, ["--json", "-s", "classified"], {
    PATH: folder.path,
  });
  for (const ad of ["one", "two"]) await client.ask(`post ${ad}`);
  await watching.line(1);
  await watching.until("its failure", () => watching.stderr.includes("waits"));
  assert.match(
    watching.stderr,
    /^doorbell: pop-ups are shown by notify-send, without actions and without the text of inboxes, which a list of processes would show: .* is an abstract socket, which cannot be reached from Node.*\ndoorbell: notify-send could not show a pop-up: no \\x1b\[2J bus; what comes waits for it\n$/,
  );
});

for (const { args, message } of [
  { args: ["--urgency", "low"], message: /--urgency is for pop-ups: give --desktop, too/ },
  { args: ["--expire", "1"], message: /--expire is for pop-ups/ },
  { args: ["--replace", "a"], message: /--replace is for pop-ups/ },
  { args: ["--desktop", "--urgency", "urgent"], message: /'urgent' is invalid\. Expected low, normal or critical/ },
  { args: ["--desktop", "--urgency", "A b=low"], message: /'A b=low' is invalid/ },
  { args: ["--desktop", "--expire", "86401"], message: /Expected a whole number of seconds from 0 to 86400/ },
  { args: ["--desktop", "--expire", "-1"], message: /argument missing|invalid|Expected/ },
])
  test(`watch ${args.join(" ")} is not understood`, async () => {
    assertFailed(await doorbell(["watch", ...args]), 2, message);
  });
