/** T12: clients that come and go, in every way there is to go, leave nothing behind. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";

import { newCertificate } from "@doorbell-js/test-support/certificate";
import { newFolder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";
import { reset } from "@doorbell-js/test-support/reset";
import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until, within } from "@doorbell-js/test-support/until";

import { LineServer } from "../../../src/line/server/server.ts";
import { ChildServer } from "../../support/child-server.ts";
import { type Kind } from "../../support/doors.ts";
import { dial, type Door, wire } from "../../support/wire.ts";

const CYCLES: Readonly<Record<Kind, number>> = sized(
  { tcp: 1_500, tls: 500, unix: 500 },
  { tcp: 6_000, tls: 1_500, unix: 1_500 },
);
const SIDE_BY_SIDE = 24;
const PER_ADDRESS = 100;
/** What the heap may differ by between two looks at rest. */
const HEAP_BYTES_MAX = 2 ** 20;

/** How a client goes. */
const manners = [
  "fin",
  "quit",
  "reset",
  "resetUnread",
  "resetInLine",
  "resetInMode",
  "resetInHandshake",
  "finInHandshake",
  "badHandshake",
] as const;

test("T12 connection churn: file descriptors, sessions, timers and counts are back to base", async (t) => {
  using folder = newFolder();
  const path = `${folder.path}/line.sock`;
  const listen = [{ port: 0 }, { path }, ...(opensslMissing === false ? [{ port: 0, tls: newCertificate() }] : [])];
  await using server = await ChildServer.start({ listen, limits: { connectionsPerAddressMax: PER_ADDRESS } });
  const tlsAddress = server.addresses[2];
  const doors: Partial<Record<Kind, Door>> = { tcp: { port: server.port }, unix: { path } };
  if (tlsAddress !== undefined && "port" in tlsAddress) doors.tls = { port: tlsAddress.port, tls: true };
  else t.diagnostic(`no TLS: ${String(opensslMissing)}`);

  const random = new Random();
  const churn = async (share: number): Promise<number> => {
    let cycles = 0;
    for (const [kind, door] of Object.entries(doors) as [Kind, Door][]) {
      let left = Math.round(CYCLES[kind] * share);
      cycles += left;
      const lane = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const manner = random.pick(kind === "tls" ? manners : manners.slice(0, 6));
          await within(
            `the end of a client over ${kind} that goes by "${manner}" (seed ${seed})`,
            comeAndGo(door, manner, random),
          );
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
    }
    await until(
      `that the server is as empty as before (seed ${seed})`,
      async () => {
        const { stats, timers } = await server.picture();
        return stats.connections === 0 && stats.sessions === 0 && stats.notifying === 0 && timers === 0;
      },
      10_000,
      { everyMs: 50 },
    );
    return cycles;
  };

  const none = await server.picture();
  // The first cycles warm the program up: what it loads then it keeps.
  let cycles = await churn(0.1);
  const base = await server.picture();
  const start = performance.now();
  const first = await churn(0.45);
  const rate = first / ((performance.now() - start) / 1_000);
  const half = await server.picture();
  cycles += first + (await churn(0.45));
  const end = await server.picture();
  assert.ok(
    Math.abs(end.fds - none.fds) <= 2,
    `${end.fds} file descriptors are open, before it were ${none.fds} (seed ${seed})`,
  );
  assert.ok(
    end.heapBytes - half.heapBytes < HEAP_BYTES_MAX,
    `the heap grew by ${end.heapBytes - half.heapBytes} bytes in the second half`,
  );
  const { opened, closed, refused } = end.stats;
  assert.equal(
    Object.values(closed).reduce((sum, one) => sum + one),
    opened,
    "every session that was opened was closed, once",
  );
  assert.equal(refused.connections + refused.connectionsPerAddress, 0, "nobody was refused");

  // Only if none is still counted for this address do exactly this many find room.
  const all = await Promise.all(Array.from({ length: PER_ADDRESS }, () => wire({ port: server.port })));
  for (const one of all)
    assert.equal(await one.ask("ping"), "pong", "a connection that is gone is still counted for its address");
  await using over = await wire({ port: server.port });
  assert.match(await over.line(), /^error: your address has as many/);
  for (const one of all) await one[Symbol.asyncDispose]();
  const grown = `heap ${end.heapBytes - base.heapBytes} B, fds ${end.fds - none.fds}, timers ${end.timers}`;
  report(
    t,
    `T12 connection churn: cycles ${cycles} (${Math.round(rate)}/s), grown by ${grown}, left behind ${zero(cycles)} seed ${seed}`,
  );
});

test(
  "T12 connection churn: a client that ends within its handshake is let go at once",
  { skip: opensslMissing },
  async () => {
    await using server = new LineServer({ sources: {}, limits: { handshakeMs: 2 ** 31 - 1 } });
    const address = await server.listen({ port: 0, tls: newCertificate() });
    assert.ok("port" in address);
    for (const length of [0, 1, hello.length]) {
      await using client = await wire({ port: address.port }, true);
      client.send(hello.subarray(0, length));
      client.socket.end();
      await until("that it is let go", () => client.closed && server.stats().connections === 0);
    }
    assert.equal(server.stats().refused.handshake, 3);
  },
);

/** One client: comes, perhaps asks, and goes. Ends when its socket is closed. */
async function comeAndGo(door: Door, manner: string, random: Random): Promise<void> {
  const isTls = "tls" in door && door.tls;
  const raw = isTls ? dial({ port: door.port }) : dial(door);
  const closed = new Promise<void>((resolve) => raw.once("close", () => resolve()));
  await new Promise<void>((resolve) => raw.once("connect", resolve).once("close", () => resolve()));
  if (manner.endsWith("Handshake")) leaveHandshake(raw, manner, random);
  else await talk(isTls ? await secure(raw) : raw, raw, manner);
  await closed;
}

/** The beginning of a ClientHello, as far as it goes. */
const hello = Buffer.from("16030100c8010000c40303", "hex");

function leaveHandshake(raw: Socket, manner: string, random: Random): void {
  raw.resume();
  if (manner === "badHandshake") return void raw.write("random?\r\n");
  raw.write(hello.subarray(0, random.below(hello.length + 1)));
  if (manner === "finInHandshake") raw.end();
  else reset(raw);
}

async function secure(raw: Socket): Promise<Socket> {
  const socket = connectTls({ socket: raw, rejectUnauthorized: false });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("secureConnect", resolve).once("close", () => resolve()));
  return socket;
}

async function talk(socket: Socket, raw: Socket, manner: string): Promise<void> {
  // A Unix socket has no reset; it just goes.
  const breakOff = (): void => void ("remotePort" in raw && raw.remotePort !== undefined ? reset(raw) : raw.destroy());
  if (socket.destroyed) return;
  const answered = new Promise<void>((resolve) => socket.once("data", () => resolve()).once("close", () => resolve()));
  switch (manner) {
    case "fin":
      socket.write("ping\r\n");
      await answered;
      socket.end();
      return;
    case "quit":
      socket.write("quit\r\n");
      return;
    case "reset":
      socket.write("ping\r\n");
      await answered;
      return breakOff();
    case "resetUnread":
      socket.pause();
      socket.write("help\r\n".repeat(200));
      return breakOff();
    case "resetInLine":
      socket.write("ping\r\nrando");
      await answered;
      return breakOff();
    case "resetInMode":
      socket.write("notif\r\n");
      await answered;
      return breakOff();
  }
}
