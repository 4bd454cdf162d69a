/** T12 over HTTP: readers and ringers that come and go leave nothing behind. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { reset } from "@doorbell-js/test-support/reset";
import { report } from "@doorbell-js/test-support/results";
import { again, Random } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { HttpHub } from "../../support/http-hub.ts";
import { HttpWorld } from "../../support/http-world.ts";
import { metricOf } from "../../support/metrics.ts";

const CYCLES = sized(500, 2_000);
const AT_ONCE = 20;

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

test("T12 many that connect, ask and break off, and nothing is left of them", { timeout: 240_000 }, async (t) => {
  const random = new Random();
  t.diagnostic(again);
  await using hub = await HttpHub.start();
  const bell = await hub.newBell();
  const start = `Host: localhost:${hub.port}\r\nAuthorization: Bearer ${hub.read}\r\n`;
  const requests = [
    `GET /v1/events HTTP/1.1\r\n${start}\r\n`,
    `GET /v1/events?after=0 HTTP/1.1\r\n${start}\r\n`,
    `POST ${bell} HTTP/1.1\r\n${start}Content-Length: 1\r\n\r\nx`,
    `POST ${bell} HTTP/1.1\r\n${start}Content-Length: 9\r\n\r\nx`,
    `GET /v1/items HTTP/1.1\r\n${start}\r\n`,
  ];
  const cycle = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(hub.port, "127.0.0.1");
      const whole = requests[n % requests.length] ?? "";
      const bytes = random.below(10) < 3 ? whole.slice(0, random.below(whole.length) + 1) : whole;
      const leave = (): void => void (random.below(2) === 0 ? socket.destroy() : reset(socket));
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.once("data", leave);
      socket.write(bytes, () => setTimeout(leave, random.below(30)));
    });
  // Warm: what is made once is made.
  for (let n = 0; n < 50; n += 1) await cycle(n);
  await until("all have left", async () => (await metricOf(hub.url, "doorbell_http_readers")) === 0);
  const before = descriptors();
  const began = performance.now();
  for (let done = 0; done < CYCLES; done += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => cycle(done + index)));
  const took = performance.now() - began;
  await until("no reader is left", async () => (await metricOf(hub.url, "doorbell_http_readers")) === 0, 30_000);
  // The one that asks.
  await until("no connection is left", async () => (await metricOf(hub.url, "doorbell_http_connections")) <= 2, 30_000);
  await until("no descriptor is left", () => descriptors() <= before + 2, 30_000, {
    account: () => `${descriptors()}, before ${before}`,
  });
  const unusual = hub.logged.filter(({ type }) => type !== "readerEnded");
  assert.equal(inspect(unusual, { depth: 6 }), "[]");
  assert.equal((await hub.ask(bell, { body: "after" })).status, 200);
  assert.equal((await hub.texts()).at(-1), "after");
  report(
    t,
    `T12 http: ${CYCLES} connections in ${(took / 1_000).toFixed(1)} s, descriptors ${before} before and ${descriptors()} after`,
  );
});

for (const [how, leave] of [
  ["says no more", (socket) => void socket.end()],
  ["breaks off", reset],
] as const satisfies readonly (readonly [string, (socket: Socket) => void])[])
  test(`T12 a reader that ${how} while its inbox is opened is not kept`, async () => {
    // No sign of life is sent, by which it would be found out.
    await using world = await HttpWorld.open({ clock: new FakeClock() });
    let open = (): void => {};
    world.inboxes.opening = new Promise((resolve) => (open = resolve));
    const socket = connect({ port: world.port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
    socket.resume();
    socket.write(
      `GET /v1/events HTTP/1.1\r\nHost: localhost:${world.port}\r\nAuthorization: Bearer ${world.inboxes.readingKey}\r\n\r\n`,
    );
    await until("the reader is opened", () => world.inboxes.asked === 1);
    leave(socket);
    if (socket.destroyed)
      await until("it has left", async () => (await metricOf(world.url, "doorbell_http_connections")) <= 1);
    open();
    // Answered after the reader's own turn.
    assert.equal(await metricOf(world.url, "doorbell_http_readers"), 0, "a reader is left");
    assert.equal(world.inboxes.openReaders, 0, "an inbox is left open");
    socket.destroy();
  });
