import assert from "node:assert/strict";
import { test } from "node:test";

import { LineServer, MemorySource } from "@doorbell-js/doorbell/line";

import { assertFailed } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell, startAtTerminal, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { scriptMissing } from "../support/needs.ts";
import { Program, run } from "../support/program.ts";
import { Relay } from "../support/relay.ts";
import { startScriptedHub } from "../support/scripted-hub.ts";

function watch(...args: readonly string[]): Program {
  return new Program(process.execPath, [bin, "watch", ...args], bareEnvironment());
}

const printed = (program: Program, text: string): Promise<void> =>
  program.until(text, () => program.stdout.includes(text));
const said = (program: Program, text: string): Promise<void> =>
  program.until(text, () => program.stderr.includes(text));

test("a line for each item: what is there, then what comes, in order", async () => {
  await using hub = await startHubProcess();
  await using client = await connectLine(hub);
  await client.ask("post one");
  await using watching = watch(...hub.at);
  await printed(watching, "one");
  await client.ask("post two");
  await client.ask("post three");
  await printed(watching, "three");
  const lines = [...watching.lines].sort();
  assert.deepEqual(
    watching.lines.filter((line) => !line.startsWith("random")),
    ["classified one", "classified two", "classified three"],
  );
  assert.match(lines.at(-1) as string, /^random \d+$/);
  assert.equal(lines.length, 4);
  assert.equal(watching.stderr, "");
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
  test(`${signal} ends it: exit code 0, and nothing is said`, async () => {
    await using hub = await startHubProcess();
    await using watching = watch(...hub.at);
    await watching.line(0);
    watching.signal(signal);
    assert.deepEqual(await watching.ended, { code: 0, signal: null });
    assert.equal(watching.stderr, "");
  });

test("all sources of the hub, or those that are named", async () => {
  const names = ["alpha", "beta", "gamma"];
  const sources = Object.fromEntries(names.map((name) => [name, new MemorySource()]));
  const server = new LineServer({ sources });
  const { port } = await server.listen({ port: 0 });
  try {
    await using all = watch("--port", String(port));
    await using some = watch("--port", String(port), "--source", "alpha", "gamma", "-s", "alpha");
    // Each of them is told something that it will print, so that what comes after finds it listening.
    sources["gamma"]?.push("first");
    await Promise.all([all.line(0), some.line(0)]);
    for (const name of names) sources[name]?.push(`of ${name}`);
    sources["gamma"]?.push("last");
    await Promise.all([
      printed(all, "gamma last"),
      printed(some, "gamma last"),
      printed(all, "beta of beta"),
      printed(all, "alpha of alpha"),
      printed(some, "alpha of alpha"),
    ]);
    assert.deepEqual([...all.lines].sort(), [
      "alpha of alpha",
      "beta of beta",
      "gamma first",
      "gamma last",
      "gamma of gamma",
    ]);
    assert.deepEqual([...some.lines].sort(), ["alpha of alpha", "gamma first", "gamma last", "gamma of gamma"]);
  } finally {
    await server.close();
  }
});

test("--json: an object on each line, with the time", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  await client.ask('post a "quoted" \u202e ad');
  await using watching = watch(...hub.at, "--json", "--source", "classified");
  const line = await watching.line(0);
  const { at, ...rest } = JSON.parse(line) as { at: string };
  assert.deepEqual(rest, { source: "classified", item: 'a "quoted" \u202e ad' });
  assert.equal(new Date(at).toISOString(), at);
  assert.ok(line.includes("\\u202e"));
});

test("a hub that restarts: the watch goes on, nothing is lost and nothing comes twice", async () => {
  await using first = await startHubProcess();
  await using watching = watch(...first.at);
  {
    await using client = await connectLine(first);
    await client.ask("post one");
    await client.ask("post two");
    await printed(watching, "two");
  }
  first.program.signal("SIGTERM");
  await first.program.ended;
  await said(watching, "back ...\n");
  await using second = await startHubProcess({ args: ["--random-rate", "0", ...first.at] });
  await using client = await connectLine(second);
  await client.ask("post three");
  await said(watching, "is back.\n");
  await client.ask("post four");
  await printed(watching, "four");
  assert.deepEqual(
    watching.lines.filter((line) => !line.startsWith("random")),
    ["classified one", "classified two", "classified three", "classified four"],
  );
  const numbers = watching.lines.filter((line) => line.startsWith("random"));
  assert.equal(numbers.length, 2, "each hub has one number");
  assert.equal(new Set(numbers).size, 2);
  assert.equal(
    watching.stderr,
    `The hub at 127.0.0.1:${first.port} is gone (the server is stopping). Waiting for it to come back ...\nThe hub at 127.0.0.1:${first.port} is back.\n`,
  );
});

test("a connection that breaks while the hub stays: what was shown is not shown again, and what came meanwhile is", async () => {
  const board = new MemorySource();
  const server = new LineServer({ sources: { board } });
  const { port } = await server.listen({ port: 0 });

  await using relay = await Relay.to(port);
  try {
    await using watching = watch("--port", String(relay.port));
    for (const item of ["one", "two", "two"]) board.push(item);
    await watching.line(2);
    relay.cut();
    board.push("three");
    board.push("one");
    await watching.line(4);
    board.push("end");
    await printed(watching, "end");
    assert.deepEqual(
      watching.lines,
      ["one", "two", "two", "three", "one", "end"].map((item) => `board ${item}`),
    );
  } finally {
    await server.close();
  }
});

test("no hub: exit code 3; a stranger: 1; a source that is not there: 1, and those that are", async () => {
  await using hub = await startHubProcess();
  assertFailed(
    await doorbell(["watch", ...hub.at, "--source", "frob"]),
    1,
    /the hub has no source "frob": it has random, classified\n/,
  );
  await using stranger = await startScriptedHub({ answer: () => "HTTP/1.1 400 Bad Request\r\n" });
  assertFailed(await doorbell(["watch", "--port", String(stranger.port)]), 1, /is no hub: it says "HTTP/);
  await using full = await startScriptedHub({
    answer: (_line, socket) => {
      socket.end("error: the server has as many connections as it may; try again later\r\n");
      return "";
    },
  });
  assertFailed(await doorbell(["watch", "--port", String(full.port)]), 1, /the hub answered: the server has as many/);
  hub.program.signal("SIGTERM");
  await hub.program.ended;
  assertFailed(await doorbell(["watch", ...hub.at]), 3, /no hub answers/);
});

test("a reader that has had enough ends it quietly", async () => {
  await using hub = await startHubProcess({ args: ["--random-rate", "6000"] });
  const command = `"$0" "$@" | head -1; echo "codes \${PIPESTATUS[*]}"`;
  const { stdout, stderr } = await run("bash", ["-c", command, process.execPath, bin, "watch", ...hub.at], {
    env: bareEnvironment(),
  });
  assert.match(stdout, /^random \d+\ncodes 0 0\n$/);
  assert.equal(stderr, "");
});

test("on a terminal the items stand in a column, the sources in colour", { skip: scriptMissing }, async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  await client.ask("post hello");
  await using terminal = startAtTerminal(`watch --port ${hub.port}`);
  await terminal.line(1);
  const lines = terminal.lines.map((line) => line.replaceAll("\u001b[36m", "<").replaceAll("\u001b[39m", ">")).sort();
  assert.equal(lines[0], "<classified> hello");
  assert.match(lines[1] as string, /^<random> {5}\d+$/);
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
});
