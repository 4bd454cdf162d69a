/** T36: a server that is closed under load answers what it took, says that it stops, and leaves nothing behind. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { newFolder } from "@doorbell-js/test-support/folder";
import { ms, report, zero } from "@doorbell-js/test-support/results";
import { until, within } from "@doorbell-js/test-support/until";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { kinds, listenAt, missing } from "../../support/doors.ts";
import { type Door, type Wire, wire } from "../../support/wire.ts";

const STOPPING = "error: the server is stopping";
const POSTERS = 30;
const FROZEN = 5;
const WAITING = 5;
/** Long enough for those who are not stuck, whatever else the machine does. */
const GRACE_MS = 3_000;

/** Says `post` without end, and keeps no more on the way than the socket takes. */
async function keepPosting(client: Wire, who: number, stopped: () => boolean): Promise<void> {
  for (let at = 0; !stopped() && !client.ended && !client.closed; at += 1) {
    if (client.socket.writableLength < 65_536) client.send(`post ${who} ${at}\r\n`);
    if (at % 50 === 49) await turn();
  }
}

for (const kind of kinds)
  test(
    `T36 graceful stop over ${kind}: every acknowledged post is on the board, everybody is told`,
    { skip: missing(kind) },
    async (t) => {
      using folder = newFolder();
      const board = new Set<string>();
      const big = new MemorySource({ repeat: true });
      big.push("x".repeat(16_000));
      let never = 0;
      const source = {
        subscribe: () => ({ newest: 1, [Symbol.dispose]: () => {} }),
        // One that will not answer before the server is gone.
        fetch: () => {
          never += 1;
          return new Promise<never>(() => {});
        },
      };
      const server = new LineServer({
        sources: { big, never: source },
        // Most are on the board at once, a few only later: long after an answer that did not wait would have been read.
        post: async (text) => {
          if (text.endsWith("77")) for (let turns = 0; turns < 10; turns += 1) await turn();
          board.add(text);
        },
        limits: { commandsPerSecondMax: 100_000, lingerMs: 10 * GRACE_MS },
      });
      const door: Door = await listenAt(server, kind, folder);
      const all: Wire[] = [];
      // A test that fails half-way must not hang on what it left open.
      t.after(() => all.forEach((one) => one.socket.destroy()));
      const clients = async (count: number): Promise<Wire[]> => {
        const made = await Promise.all(Array.from({ length: count }, () => wire(door)));
        all.push(...made);
        return made;
      };
      const [posters, frozen, waiting, quiet] = [
        await clients(POSTERS),
        await clients(FROZEN),
        await clients(WAITING),
        await clients(5),
      ];
      for (const one of frozen) {
        one.socket.pause();
        one.send("big?\r\n".repeat(1_500));
      }
      for (const one of waiting) one.send("ping\r\nnever?\r\n");
      for (const one of quiet) assert.equal(await one.ask("notif"), "OK");
      let early = 0;
      for (const [who, one] of posters.entries()) {
        let seen = 0;
        one.socket.on("data", () => {
          for (; seen < one.lines.length; seen += 1)
            if (one.lines[seen] === "OK" && !board.has(`${who} ${seen}`)) early += 1;
        });
      }
      let isStopped = false;
      const posting = Promise.all(posters.map((one, who) => keepPosting(one, who, () => isStopped)));
      await until("load", () => board.size > 3_000 && never === WAITING);

      const start = performance.now();
      await within("the end of close()", server.close({ graceMs: GRACE_MS }), 10 * GRACE_MS);
      const took = performance.now() - start;
      isStopped = true;
      await posting;
      const told = [...posters, ...quiet];
      await until("the end of every client that reads", () => told.every((one) => one.closed));
      assert.equal(early, 0, "posts that were acknowledged before they were on the board");
      let acknowledged = 0;
      for (const [who, { lines, rest, failure }] of posters.entries()) {
        const answers = lines.slice(0, -1);
        assert.equal(
          lines.at(-1),
          STOPPING,
          `a poster heard last: ${lines.at(-1)} (${failure?.code ?? "no error"}), and half a line: ${rest}`,
        );
        assert.ok(
          answers.every((line) => line === "OK"),
          "all that came before are answers",
        );
        for (const at of answers.keys())
          assert.ok(board.has(`${who} ${at}`), `post ${who} ${at} was acknowledged and is not on the board`);
        acknowledged += answers.length;
      }
      assert.equal(board.size, acknowledged, "what is on the board was acknowledged");
      for (const { lines, failure } of quiet) {
        assert.deepEqual(lines, ["OK", "notif: big", "notif: never", STOPPING]);
        assert.equal(failure, undefined);
      }
      for (const one of frozen) one.socket.resume();
      await until("the end of those that were cut off", () => [...frozen, ...waiting].every((one) => one.closed));
      for (const { lines } of waiting) assert.deepEqual(lines, ["pong"], "whose source never answered was cut off");
      const { connections, sessions, notifying, closed } = server.stats();
      assert.deepEqual([connections, sessions, notifying], [0, 0, 0], "nothing is left");
      assert.equal(closed.stopped, POSTERS + 5 + FROZEN + WAITING);
      if ("path" in door) assert.ok(!existsSync(door.path), "the socket's file is gone");
      const refused = await new Promise<string | undefined>((resolve) => {
        const socket = "path" in door ? connect(door.path) : connect(door.port, "127.0.0.1");
        socket.on("error", (cause: NodeJS.ErrnoException) => resolve(cause.code));
        socket.on("connect", () => resolve("connected"));
      });
      assert.equal(refused, "path" in door ? "ENOENT" : "ECONNREFUSED");
      assert.ok(took >= GRACE_MS, "those that are stuck have their time");
      report(
        t,
        `T36 graceful stop, ${kind}: close ${ms(took)} (grace ${ms(GRACE_MS)}), acknowledged ${acknowledged} lost ${zero(acknowledged)}`,
      );
    },
  );

for (const kind of kinds)
  test(
    `T36 graceful stop over ${kind}: with nobody stuck it does not wait for its time`,
    { skip: missing(kind) },
    async () => {
      using folder = newFolder();
      const server = new LineServer({ sources: {} });
      const door = await listenAt(server, kind, folder);
      const clients = await Promise.all(Array.from({ length: 20 }, () => wire(door)));
      for (const one of clients) one.send("ping\r\n".repeat(100));
      await until("the answers", () => clients.every((one) => one.lines.length === 100));
      await within("the end of close()", server.close({ graceMs: 2 ** 31 - 1 }));
      await until("every client's end", () => clients.every((one) => one.closed));
      for (const { lines, failure } of clients) {
        assert.equal(lines.at(-1), STOPPING);
        assert.equal(failure, undefined);
      }
    },
  );

test("T36 graceful stop: a server that is closed by a post still answers it, and what came after, in order", async () => {
  using folder = newFolder();
  const server = new LineServer({ sources: {}, post: () => void server.close() });
  await using client = await wire(await listenAt(server, "unix", folder));
  client.send("sources\r\npost the last one\r\nping\r\n");
  await until("the end", () => client.closed);
  assert.deepEqual(client.lines, ["", "OK", "pong", STOPPING]);
  await server.close();
});
