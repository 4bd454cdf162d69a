/** T31: every limit: at L a client is served, at L + 1 it is refused or held, told so, and counted; no more happens. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test, type TestContext } from "node:test";

import { newCertificate } from "@doorbell-js/test-support/certificate";
import { newFolder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";
import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { defaultLimits, type Limits, type Source } from "../../../src/line/server/types.ts";
import { listenAt } from "../../support/doors.ts";
import { Waiting } from "../../support/waiting.ts";
import { dial, type Door, wire } from "../../support/wire.ts";

interface Place extends AsyncDisposable {
  readonly server: LineServer;
  readonly door: Door & { readonly port: number };
}

async function place(limits: Partial<Limits>, sources: Readonly<Record<string, Source>> = {}): Promise<Place> {
  const server = new LineServer({ sources, limits });
  using folder = newFolder();
  const door = (await listenAt(server, "tcp", folder)) as Place["door"];
  return { server, door, [Symbol.asyncDispose]: () => server.close() };
}

/** A source that is told when to ring and when to answer. */
class HandSource implements Source {
  readonly answers: ((text: string) => void)[] = [];

  subscribe(): { newest: number; [Symbol.dispose]: () => void } {
    return { newest: 1, [Symbol.dispose]: () => {} };
  }

  fetch(after: number): Promise<{ text: string; sequence: number }> {
    return new Promise((resolve) => this.answers.push((text) => resolve({ text, sequence: after })));
  }
}

/** One test for each limit. The type demands that none is left out; so does a test, as types are gone when it runs. */
const tests: Readonly<Record<keyof Limits, (t: TestContext) => Promise<void>>> = {
  async connectionsMax() {
    await using it = await place({ connectionsMax: 3 });
    const held = [await wire(it.door), await wire(it.door), await wire(it.door)];
    for (const one of held) assert.equal(await one.ask("ping"), "pong");
    assert.equal(it.server.stats().refused.connections, 0);
    await using over = await wire(it.door);
    assert.equal(
      await over.line(10_000, "the refusal"),
      "error: the server has as many connections as it may; try again later",
    );
    await until("the close of the one too many", () => over.closed);
    assert.equal(over.failure, undefined);
    const { refused, connections, sessions, opened } = it.server.stats();
    assert.deepEqual(
      [refused.connections, refused.connectionsPerAddress, connections, sessions, opened],
      [1, 0, 3, 3, 3],
    );
    await held.pop()?.[Symbol.asyncDispose]();
    await until("room", () => it.server.stats().connections === 2);
    await using next = await wire(it.door);
    assert.equal(await next.ask("ping"), "pong");
    for (const one of held) await one[Symbol.asyncDispose]();
  },

  async connectionsPerAddressMax() {
    await using it = await place({ connectionsPerAddressMax: 2 });
    await using first = await wire(it.door);
    await using second = await wire(it.door);
    assert.equal(await first.ask("ping"), "pong");
    assert.equal(await second.ask("ping"), "pong");
    await using over = await wire(it.door);
    assert.equal(
      await over.line(10_000, "the refusal"),
      "error: your address has as many connections as it may; try again later",
    );
    await until("the close of the one too many", () => over.closed);
    await using neighbour = await wire({ ...it.door, localAddress: "127.0.0.2" } as Door);
    assert.equal(await neighbour.ask("ping"), "pong", "another address is not concerned");
    const { refused, connections } = it.server.stats();
    assert.deepEqual([refused.connectionsPerAddress, refused.connections, connections], [1, 0, 3]);
    await first[Symbol.asyncDispose]();
    await until("room", () => it.server.stats().connections === 2);
    await using next = await wire(it.door);
    assert.equal(await next.ask("ping"), "pong");
  },

  async lineBytesMax() {
    await using it = await place({ lineBytesMax: 64 });
    await using client = await wire(it.door);
    assert.equal(await client.ask("x".repeat(64)), "error: unknown command");
    assert.equal(it.server.stats().closed.lineTooLong, 0);
    assert.equal(await client.ask("x".repeat(65)), "error: a line is at most 64 bytes");
    await until("the close", () => client.closed && it.server.stats().sessions === 0);
    assert.equal(it.server.stats().closed.lineTooLong, 1);
  },

  async pendingBytesMax() {
    using waiting = new Waiting();
    const red = new MemorySource();
    await using it = await place({ pendingBytesMax: 1_000, commandsPerSecondMax: Infinity }, { red });
    await using client = await wire(it.door);
    assert.equal(await client.ask("notif"), "OK");
    client.socket.pause();
    await until("a client that is waited for", () => {
      if (client.socket.writableLength === 0) client.send("help\r\n".repeat(20_000));
      return waiting.count(1_000) === 1;
    });
    const { commands, coalesced } = it.server.stats();
    assert.equal(coalesced, 0);
    red.push("1");
    red.push("2");
    await until("a notification that became one with another", () => it.server.stats().coalesced === 1);
    assert.equal(it.server.stats().commands, commands, "it is read no further");
    client.socket.resume();
    client.send("quit\r\n");
    await until("the rest", () => client.ended, 20_000);
    assert.equal(client.lines.filter((line) => line.startsWith("notif:")).length, 1);
    assert.equal(client.lines.length, it.server.stats().commands + 1);
  },

  async commandsPerSecondMax() {
    await using it = await place({ commandsPerSecondMax: 5 });
    await using client = await wire(it.door);
    client.send("ping\r\n".repeat(5));
    await client.take(5);
    assert.equal(it.server.stats().throttled, 0);
    await using other = await wire(it.door);
    other.send("ping\r\n".repeat(6));
    const start = performance.now();
    await other.take(5);
    assert.deepEqual([it.server.stats().throttled, it.server.stats().commands], [1, 10], "the sixth waits");
    assert.equal(await other.line(), "pong");
    assert.ok(performance.now() - start > 500, "for what is left of the second");
  },

  async wrongKeysMax() {
    const server = new LineServer({ sources: {}, openInbox: async () => undefined });
    using folder = newFolder();
    const door = await listenAt(server, "tcp", folder);
    await using _ = server;
    await using client = await wire(door);
    const { wrongKeysMax } = defaultLimits;
    for (let wrong = 1; wrong < wrongKeysMax; wrong += 1)
      assert.equal(await client.ask(`key read_${wrong}`), "error: no inbox has that key");
    assert.equal(await client.ask("ping"), "pong");
    assert.equal(server.stats().closed.wrongKeys, 0);
    assert.equal(await client.ask("key read_last"), "error: no inbox has that key; there were too many wrong ones");
    await until("the close", () => client.closed && server.stats().sessions === 0);
    assert.equal(server.stats().closed.wrongKeys, 1);
  },

  async idleMs() {
    const red = new MemorySource();
    await using it = await place({ idleMs: 200 }, { red });
    await using client = await wire(it.door);
    const start = performance.now();
    assert.equal(await client.ask("notif"), "OK");
    await until("the end of notification mode", () => it.server.stats().notifying === 0);
    assert.ok(performance.now() - start >= 190, "not before its time");
    assert.equal(it.server.stats().idled, 1);
    red.push("1");
    assert.equal(await client.ask("ping"), "pong", "silently, and no notification follows");
    assert.deepEqual(client.lines, ["OK", "pong"]);
  },

  async stallMs() {
    const big = new MemorySource({ repeat: true });
    big.push("x".repeat(16_000));
    await using it = await place({ stallMs: 200 }, { big });
    await using client = await wire(it.door);
    client.socket.pause();
    client.send("big?\r\n".repeat(1_500));
    const start = performance.now();
    await until("the end of a client that does not read", () => it.server.stats().sessions === 0);
    assert.ok(performance.now() - start >= 200, "not before its time");
    assert.deepEqual([it.server.stats().closed.stalled, it.server.stats().closed.client], [1, 0]);
  },

  async fetchMs() {
    const slow = new HandSource();
    await using it = await place({ fetchMs: 200 }, { slow });
    await using client = await wire(it.door);
    client.send("slow?\r\n");
    await until("the question to the source", () => slow.answers.length === 1);
    slow.answers[0]?.("in time");
    assert.equal(await client.line(), "in time");
    client.send("slow?\r\nping\r\n");
    const start = performance.now();
    assert.equal(await client.line(), "error: no answer in time: it is not known whether it was done; try again");
    assert.ok(performance.now() - start >= 190, "not before its time");
    slow.answers[1]?.("too late");
    assert.equal(await client.line(), "pong");
    assert.equal(await client.ask("sources"), "slow", "the late answer is nobody's");
    assert.equal(it.server.stats().failed, 1);
  },

  async lingerMs() {
    await using it = await place({ lingerMs: 200 });
    await using client = await wire(it.door, true);
    const start = performance.now();
    assert.equal(await client.ask("quit"), "OK");
    await until("the server's end", () => client.ended);
    await until("the end of a client that does not close its side", () => it.server.stats().connections === 0);
    assert.ok(performance.now() - start >= 190, "it is given time to close its side");
    assert.equal(it.server.stats().closed.quit, 1);
  },

  async handshakeMs(t) {
    if (opensslMissing) return t.skip(opensslMissing);
    await using server = new LineServer({ sources: {}, limits: { handshakeMs: 1_000 } });
    const address = await server.listen({ port: 0, tls: newCertificate() });
    assert.ok("port" in address);
    await using good = await wire({ port: address.port, tls: true });
    const start = performance.now();
    await using silent = await wire({ port: address.port });
    await until("the close of one that does not shake hands", () => silent.closed);
    assert.ok(performance.now() - start >= 900, "not before its time");
    await until("one connection", () => server.stats().connections === 1);
    assert.equal(await good.ask("ping"), "pong");
    assert.deepEqual([server.stats().refused.handshake, server.stats().opened], [1, 1]);
  },

  async keepAliveMs(t) {
    // What it does to a half-open connection is T07; here, that the system has been told.
    await using it = await place({ keepAliveMs: 7_000 });
    await using client = await wire(it.door);
    assert.equal(await client.ask("ping"), "pong");
    const { stdout, error } = spawnSync("ss", ["-tnoH", `( sport = :${it.door.port} )`], { encoding: "utf8" });
    if (error !== undefined) return t.skip("needs the ss command (package iproute2)");
    const [, seconds = ""] = /timer:\(keepalive,([\d.]+)m?s/.exec(stdout) ?? [];
    assert.ok(Number(seconds) > 3 && Number(seconds) <= 7, `the system's timer: ${stdout}`);
  },
};

for (const [name, run] of Object.entries(tests)) test(`T31 limits: ${name}`, run);

test("T31 limits: every limit there is has its test", (t) => {
  assert.deepEqual(Object.keys(tests).sort(), Object.keys(defaultLimits).sort());
  report(
    t,
    `T31 limits: covered ${Object.keys(tests).length} of ${Object.keys(defaultLimits).length}, and the ad's and the name's length`,
  );
});

test("T31 limits: a limit out of its range is refused by name", () => {
  for (const name of Object.keys(defaultLimits))
    for (const value of [0, -1, 1.5, Number.NaN, "7" as unknown as number])
      assert.throws(() => new LineServer({ sources: {}, limits: { [name]: value } }), {
        code: "InvalidArgument",
        message: new RegExp(`^${name} `),
      });
  assert.throws(() => new LineServer({ sources: {}, limits: { lineBytesMax: 16_385 } }), { code: "InvalidArgument" });
  assert.throws(() => new LineServer({ sources: {}, limits: { linesMax: 1 } as Partial<Limits> }), {
    code: "InvalidArgument",
  });
});

test("T31 limits: an ad's length", async () => {
  const board: string[] = [];
  await using server = new LineServer({ sources: {}, post: (text) => void board.push(text) });
  using folder = newFolder();
  await using client = await wire(await listenAt(server, "unix", folder));
  assert.equal(await client.ask(`post ${"é".repeat(512)}`), "OK");
  assert.equal(await client.ask(`post ${"é".repeat(512)}x`), "error: an ad is 1 to 1024 bytes, this one is 1025");
  assert.equal(await client.ask("post "), "error: an ad is 1 to 1024 bytes, this one is 0");
  assert.deepEqual(board, ["é".repeat(512)]);
});

test("T31 limits: a source's name", async () => {
  const longest = "a".repeat(63);
  await using it = await place({}, { [longest]: new MemorySource() });
  await using client = await wire(it.door);
  assert.equal(await client.ask(`${longest}?`), "");
  assert.equal(await client.ask(`${longest}a?`), "error: unknown command");
  assert.equal(it.server.stats().unknown, 1);
  assert.throws(() => new LineServer({ sources: { [`${longest}a`]: new MemorySource() } }), {
    code: "InvalidArgument",
  });
});

test("T31 limits: a flood of connections past the limit is dropped, and the others are served", async () => {
  await using it = await place({ connectionsMax: 2, lingerMs: 500 });
  await using one = await wire(it.door);
  assert.equal(await one.ask("ping"), "pong");
  const flood = Array.from({ length: 600 }, () => dial(it.door, true).resume());
  await until("600 refusals", () => it.server.stats().refused.connections >= 599);
  assert.equal(await one.ask("ping"), "pong");
  for (const socket of flood) socket.destroy();
  await until("that the one is alone", () => it.server.stats().connections === 1);
});
