/**
 * T37 over HTTP: whatever one key does on many connections, another's ring is stored, and another's page read, while few of its
 * requests are answered; for a connection that reads nothing the hub fetches one answer, and for one that has left none.
 */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { said } from "../../support/asking.ts";
import { HttpHub } from "../../support/http-hub.ts";
import { HttpWorld } from "../../support/http-world.ts";

/** Connections of the busy key. */
const BUSY = 16;
/** Items of the busy inbox: four pages of the greatest size, and two steps of a search. */
const ITEMS = 300;
const TEXT = "x".repeat(3_500);
/** How often the honest ones ring and read. */
const TIMES = 8;
/**
 * So many of the busy key's requests may be answered while an honest one waits: those that were ahead of it, and
 * as many again. Where nobody takes turns it is thousands.
 */
const TURNS_MAX = 2 * BUSY;

let hub: HttpHub;
/** What opens the busy inbox. */
let busy: { readonly id: number; readonly read: string; readonly manage: string; readonly bell: string };
let honestBell: string;

before(async () => {
  hub = await HttpHub.start();
  honestBell = await hub.newBell("honest");
  const { inbox, readingKey, managingKey } = await said(
    hub.ask("/v1/inboxes", { key: hub.owner, json: { name: "busy" } }),
  );
  const manage = String(managingKey);
  const { address } = await said(hub.ask("/v1/bells", { key: manage, json: { label: "busy", perMinute: 1_000_000 } }));
  const bell = new URL(String(address)).pathname;
  busy = { id: (inbox as { readonly id: number }).id, read: String(readingKey), manage, bell };
  for (let item = 0; item < ITEMS; item += BUSY)
    await Promise.all(Array.from({ length: BUSY }, () => hub.ask(bell, { body: TEXT })));
  for (let each = 0; each < 100; each += 1)
    await hub.ask("/v1/bells", { key: manage, json: { label: `bell ${each}` } });
});

after(() => hub[Symbol.asyncDispose]());

/** What the busy key asks for, by what it does. */
const works: Readonly<Record<string, () => Promise<Response>>> = {
  "pages through its inbox": () => hub.ask("/v1/items?limit=100", { key: busy.read }),
  "searches its inbox for what is not there": () => hub.ask("/v1/items?search=nowhere", { key: busy.read }),
  "lists its bells": () => hub.ask("/v1/bells", { key: busy.manage }),
  "rings its bell": () => hub.ask(busy.bell, { body: TEXT }),
};

/** Rings and reads beside the others. Gives the most of their answers that came while it waited for a ring, and for a page. */
async function honest(answered: () => number): Promise<{ readonly ring: number; readonly page: number }> {
  const most = { ring: 0, page: 0 };
  for (let time = 0; time < TIMES; time += 1) {
    const rang = answered();
    assert.equal((await said(hub.ask(honestBell, { body: `honest ${time}` }))).status, 200);
    const stored = answered();
    const { items } = await said(hub.ask("/v1/items?limit=1", { key: hub.read }));
    assert.equal((items as readonly { readonly text: string }[])[0]?.text, `honest ${time}`);
    most.ring = Math.max(most.ring, stored - rang);
    most.page = Math.max(most.page, answered() - stored);
  }
  return most;
}

for (const [what, work] of Object.entries(works))
  test(`T37 a key ${what} on ${BUSY} connections: another's ring and page have their turn`, async (t) => {
    let answers = 0;
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) {
        const response = await work();
        const { status } = response;
        await response.arrayBuffer();
        assert(status === 200 || status === 429, `the busy key was answered ${status}`);
        answers += 1;
      }
    };
    const clients = Promise.allSettled(Array.from({ length: BUSY }, client));
    const waits = await until("an answer for each", () => answers >= BUSY)
      .then(() => honest(() => answers))
      .finally(() => (isOver = true));
    for (const each of await clients) assert.equal(each.status, "fulfilled", String(Object(each).reason));
    const { ring, page } = waits;
    assert(ring <= TURNS_MAX, `a ring waited while ${ring} of the others' requests were answered`);
    assert(page <= TURNS_MAX, `a page waited while ${page} of the others' requests were answered`);
    report(t, `T37 a key ${what}: a ring waited for ${ring} of its answers at most, a page for ${page}`);
  });

/** A connection that sends a request so many times at once, and reads nothing. */
function deaf(port: number, path: string, key: string, times: number): Socket {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${key}\r\n\r\n`.repeat(times));
  return socket;
}

test("T37 a key's connections read nothing of their pages: another's ring and page are as if they were not there", async () => {
  const sockets = Array.from({ length: 2 * BUSY }, () => deaf(hub.port, "/v1/items?limit=100", busy.read, 16));
  try {
    await until("what is for them fills the sockets", () => sockets.every((each) => each.bytesWritten > 0));
    await honest(() => 0);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("T37 the hub fetches the next page for a connection when its client has taken the one before", async () => {
  await using world = await HttpWorld.open();
  const { inboxes } = world;
  // More than two sockets of the system hold.
  const page = JSON.stringify({ items: [], more: false, newest: 0, oldest: 1, filler: "x".repeat(2 ** 24) });
  let fetched = 0;
  inboxes.paging = async () => {
    fetched += 1;
    return page;
  };
  const sockets = [1, 2, 3].map(() => deaf(world.port, "/v1/items", inboxes.readingKey, 4));
  try {
    await until("the first page of each", () => fetched >= sockets.length);
    for (let time = 0; time < TIMES; time += 1) assert.equal((await world.ask("/health")).status, 200);
    assert.equal(fetched, sockets.length, "pages that nobody takes were fetched");
    sockets[0]?.resume();
    await until("the pages of the one that reads", () => fetched === sockets.length + 3);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

for (const [how, leave] of [
  ["has left", (socket) => void socket.destroy()],
  ["will send nothing more", (socket) => void socket.end()],
] satisfies readonly (readonly [string, (socket: Socket) => void])[])
  test(`T37 a search is told that its client ${how}; so is each that was asked for behind it`, async () => {
    await using world = await HttpWorld.open();
    const signals: (AbortSignal | undefined)[] = [];
    const { inboxes } = world;
    const aborted = (signal: AbortSignal): Promise<unknown> =>
      new Promise((resolve) => (signal.aborted ? resolve(undefined) : signal.addEventListener("abort", resolve)));
    inboxes.paging = async (_query, signal) => {
      signals.push(signal);
      if (signal !== undefined) await aborted(signal);
      return "{}";
    };
    const socket = deaf(world.port, "/v1/items?search=nowhere", inboxes.readingKey, 3);
    await until("the search", () => signals.length === 1);
    leave(socket);
    await until("the end of the searches", () => signals[0]?.aborted === true && inboxes.openReaders === 0);
    assert.equal((await world.ask("/health")).status, 200);
    assert(signals.every((signal) => signal?.aborted === true));
    socket.destroy();
  });
