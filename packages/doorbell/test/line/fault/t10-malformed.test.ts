/** T10: whatever bytes a client sends, it gets the answer that the protocol gives, and nobody else feels it. */
import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { after, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { until } from "@doorbell-js/test-support/until";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { kinds, listenAt, missing } from "../../support/doors.ts";
import { type Door, wire } from "../../support/wire.ts";

const LINE_BYTES_MAX = 16_384;
/** Who is closed has this long to send the rest, here as long as it takes. */
const LINGER_MS = 60_000;
const TOO_LONG = "error: a line is at most 16384 bytes";
const NOT_UTF8 = "error: a line is UTF-8 text";

/** Every command, and its answer here. */
const answers: ReadonlyMap<string, string> = new Map([
  ["random?", "42"],
  ["classified?", ""],
  ["notif", "OK"],
  ["notif random classified", "OK"],
  ["notif classified", "OK"],
  ["notif random", "OK"],
  ["stop_notif", "OK"],
  ["post a bicycle, é", "OK"],
  ["sources", "random classified"],
  ["help", "random? classified? notif [source ...] stop_notif post <text> sources ping help quit"],
  ["ping", "pong"],
  ["quit", "OK"],
]);

/** What a stream of bytes must be answered with: an oracle that shares nothing with the server. */
function expected(stream: Buffer): (string | RegExp)[] {
  const heard: (string | RegExp)[] = [];
  const pieces = stream.toString("latin1").split("\n");
  // The last line has no end. It may be half of one.
  if (pieces.at(-1) === "") pieces.pop();
  for (const [index, piece] of pieces.entries()) {
    const isHalf = index === pieces.length - 1 && !stream.toString("latin1").endsWith("\n");
    const line = Buffer.from(piece.endsWith("\r") ? piece.slice(0, -1) : piece, "latin1");
    if (line.length > LINE_BYTES_MAX) return [...heard, TOO_LONG];
    if (!isUtf8(line)) return [...heard, NOT_UTF8];
    const text = line.toString();
    const flawed = /^post( |$)/.test(text)
      ? /^(OK|error: an ad .*|error: unknown command)$/
      : /^error: (unknown command|there is no source .*)$/;
    if (isHalf && (/ /.test(text) || !answers.has(text))) return [...heard, /^error: the last line has no end /];
    heard.push(answers.get(text) ?? flawed);
    if (text === "quit") return heard;
  }
  return heard;
}

/** The mutations of one valid line, each as the pieces in which it is sent. */
function* mutations(line: string): Generator<Buffer[]> {
  const whole = Buffer.from(`${line}\r\n`);
  for (let at = 0; at <= whole.length; at += 1) {
    const [head, tail] = [whole.subarray(0, at), whole.subarray(at)];
    yield [head];
    yield [head, tail];
    for (const byte of [0x00, 0x0a, 0x0d, 0xff]) yield [Buffer.concat([head, Buffer.of(byte), tail])];
  }
  yield [Buffer.concat([whole, whole])];
}

describe("T10 malformed input", () => {
  let server: LineServer;
  let door: Door;
  const events: string[] = [];

  before(async () => {
    const random = new MemorySource({ repeat: true });
    random.push("42");
    server = new LineServer({
      sources: { random, classified: new MemorySource() },
      post: () => {},
      log: ({ type }) => events.push(type),
    });
    using folder = newFolder();
    door = await listenAt(server, "tcp", folder);
  });
  after(() => server.close());

  /** Says the pieces and that there is no more, and compares all that is heard. */
  async function check(pieces: readonly Buffer[]): Promise<void> {
    const stream = Buffer.concat(pieces);
    await using client = await wire(door);
    // Asked first, so that notification mode has nothing to announce.
    client.send("random?\r\n");
    for (const piece of pieces) {
      if (piece.length > 0) client.send(piece);
      await turn();
    }
    client.socket.end();
    await until("the end of the connection", () => client.closed);
    const shown = JSON.stringify(stream.subarray(0, 100).toString("latin1"));
    const wanted = ["42", ...expected(stream)];
    assert.equal(client.failure, undefined, `${shown}: the connection was reset`);
    assert.equal(client.rest, "", `${shown}: half a line came`);
    assert.equal(client.lines.length, wanted.length, `${shown}: heard ${JSON.stringify(client.lines)}`);
    for (const [index, want] of wanted.entries()) {
      const line = client.lines[index] as string;
      if (typeof want === "string") assert.equal(line, want, shown);
      else assert.match(line, want, shown);
    }
  }

  async function checkAll(cases: readonly Buffer[][]): Promise<void> {
    await using bystander = await wire(door);
    const queue = [...cases];
    const lanes = Array.from({ length: 16 }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) await check(next);
    });
    while (queue.length > 0) {
      assert.equal(await bystander.ask("ping"), "pong");
      await turn();
    }
    await Promise.all(lanes);
    assert.equal(await bystander.ask("ping"), "pong", "nobody else felt it");
  }

  test("T10: every byte as a line", async (t) => {
    const cases = Array.from({ length: 256 }, (_, byte) => [
      Buffer.concat([Buffer.of(byte), Buffer.from("\r\nping\r\n")]),
    ]);
    await checkAll(cases);
    report(t, `T10 malformed input, single bytes: cases ${cases.length} wrong ${zero(cases.length)}`);
  });

  test("T10: every valid line cut short, cut in two, doubled, and with NUL, CR, LF and 0xFF in every place", async (t) => {
    const cases = [...answers.keys()].flatMap((line) =>
      [...mutations(line)].map((pieces) => [...pieces, Buffer.from("ping\r\n")]),
    );
    await checkAll(cases);
    report(t, `T10 malformed input, mutations: cases ${cases.length} wrong ${zero(cases.length)}`);
  });

  test("T10: lines about the limit", async () => {
    const cases: Buffer[][] = [];
    for (const length of [LINE_BYTES_MAX - 1, LINE_BYTES_MAX, LINE_BYTES_MAX + 1])
      for (const end of ["\n", "\r\n"])
        for (const cut of [1, length - 1, length, length + 1]) {
          const stream = Buffer.from(`${"x".repeat(length)}${end}ping\r\n`);
          cases.push([stream.subarray(0, cut), stream.subarray(cut)]);
        }
    await checkAll(cases);
  });

  test("T10: 10,000 commands at once are answered in order", async () => {
    await using client = await wire(door);
    const commands = Array.from({ length: 10_000 }, (_, index) =>
      index % 3 === 0 ? `nonsense ${index}` : index % 3 === 1 ? "ping" : "sources",
    );
    client.send(commands.map((command) => `${command}\r\n`).join(""));
    const heard = await client.take(commands.length, 30_000);
    const want = commands.map((command) => answers.get(command) ?? "error: unknown command");
    assert.deepEqual(heard, want);
  });

  test("T10: one event for each connection, and none of it is an error", () => {
    assert.deepEqual([...new Set(events)], ["closed"]);
    assert.equal(events.length, server.stats().opened - server.stats().sessions);
  });
});

for (const kind of kinds)
  test(
    `T10 over ${kind}: whoever is closed for a bad line hears why, however much it sent`,
    { skip: missing(kind) },
    async (t) => {
      using folder = newFolder();
      await using server = new LineServer({ sources: {}, limits: { lingerMs: LINGER_MS } });
      const door = await listenAt(server, kind, folder);
      const random = new Random();
      const runs = 60;
      const chunk = Buffer.alloc(65_536, "x");
      for (let run = 0; run < runs; run += 1) {
        await using client = await wire(door, true);
        // The first is 16 MiB without a line end, the others are less.
        const bytes = run === 0 ? 2 ** 24 : LINE_BYTES_MAX + 2 + random.below(2 ** 20);
        const bad = random.below(2) === 1 && run > 0;
        if (bad) client.send(Buffer.from([0xff, 0x0a]));
        for (let sent = 0; sent < bytes; sent += chunk.length) {
          client.send(chunk.subarray(0, Math.min(chunk.length, bytes - sent)));
          await until(
            `that the server takes what is sent (seed ${seed}, run ${run})`,
            () => client.socket.writableLength < 2 ** 18,
          );
        }
        await until(`the server's last word (seed ${seed}, run ${run})`, () => client.ended);
        assert.deepEqual(client.lines, [bad ? NOT_UTF8 : TOO_LONG], `seed ${seed}, run ${run}`);
        client.socket.end();
        await until("the close", () => client.closed);
        assert.equal(client.failure, undefined, `seed ${seed}, run ${run}: the connection was reset`);
      }
      await until("no session", () => server.stats().connections === 0);
      report(t, `T10 malformed input, ${kind}: last line lost ${zero(runs)} seed ${seed}`);
    },
  );

for (const kind of kinds)
  test(
    `T10 over ${kind}: a client that has closed its side hears the answers to all it said`,
    { skip: missing(kind) },
    async () => {
      using folder = newFolder();
      await using server = new LineServer({ sources: {} });
      await using client = await wire(await listenAt(server, kind, folder));
      client.send("sources\r\n".repeat(1_000));
      client.socket.end("ping\r\nsources");
      await until("the close", () => client.closed);
      assert.equal(client.lines.length, 1_002);
      assert.deepEqual(client.lines.slice(-2), ["pong", ""]);
      assert.equal(client.failure, undefined);
    },
  );

test("T10: a bad line behind a limit of commands is answered too, and nothing is reset", async () => {
  using folder = newFolder();
  await using server = new LineServer({ sources: {}, limits: { commandsPerSecondMax: 1, lingerMs: LINGER_MS } });
  await using client = await wire(await listenAt(server, "tcp", folder), true);
  client.send("ping\r\nping\r\n");
  await until("that the client is held back", () => server.stats().throttled === 1);
  client.send("x".repeat(300_000));
  await until("the server's last word", () => client.ended);
  assert.deepEqual(client.lines, ["pong", "pong", TOO_LONG]);
  await until("that the server takes what is sent", () => client.socket.writableLength === 0);
  client.socket.end();
  await until("the close", () => client.closed && server.stats().connections === 0);
  assert.equal(client.failure, undefined, "the connection was reset");
});
