/** The requests of a connection are answered one after another. */
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { inTurn } from "../../src/http/connections.ts";

const WAITING_MAX = 4;

/** A server that answers when the test does, and a client of it. */
async function open() {
  const answering: { readonly path: string; readonly response: ServerResponse }[] = [];
  let seen = 0;
  const server = createServer(
    inTurn(
      (request, response) => void answering.push({ path: request.url ?? "", response }),
      WAITING_MAX,
      ({ url }, response) => void response.writeHead(503, { connection: "close" }).end(`refused: ${url}`),
    ),
  );
  server.on("request", () => (seen += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1").setEncoding("utf8");
  let heard = "";
  client.on("data", (text: string) => (heard += text)).on("error", () => {});
  return {
    answering,
    client,
    /** Asks in one write, every other time with a body. */
    ask(...numbers: readonly number[]): void {
      const one = (number: number): string =>
        number % 2 === 0
          ? `GET /${number} HTTP/1.1\r\nHost: x\r\n\r\n`
          : `POST /${number} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody`;
      client.write(numbers.map(one).join(""));
    },
    seen: () => seen,
    answers: () => [...heard.matchAll(/(answer to|refused:) \/\d+/g)].map(([said]) => said),
    /** Answers what is to be answered now; it is the only one. */
    async answer(headers: Readonly<Record<string, string>> = {}): Promise<void> {
      await until("a turn", () => answering.length > 0);
      assert.equal(answering.length, 1, "more than one at a time");
      const { path, response } = answering.shift() as (typeof answering)[0];
      response.writeHead(200, headers).end(`answer to ${path}`);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

test("one at a time, in order; four may wait", async () => {
  await using world = await open();
  world.ask(...numbers(WAITING_MAX + 1));
  for (const _ of numbers(WAITING_MAX + 1)) await world.answer();
  await until("the answers", () => world.answers().length === WAITING_MAX + 1);
  world.ask(100);
  await world.answer();
  await until("the last", () => world.answers().length === WAITING_MAX + 2);
  assert.deepEqual(
    world.answers(),
    [...numbers(WAITING_MAX + 1), 100].map((n) => `answer to /${n}`),
  );
});

test("the fifth that waits is refused when those before it are answered, and the connection ends", async () => {
  await using world = await open();
  const closed = new Promise((resolve) => world.client.once("close", resolve));
  world.ask(...numbers(WAITING_MAX + 3));
  for (const _ of numbers(WAITING_MAX + 1)) await world.answer();
  await closed;
  assert.deepEqual(world.answers(), [
    ...numbers(WAITING_MAX + 1).map((n) => `answer to /${n}`),
    `refused: /${WAITING_MAX + 1}`,
  ]);
  assert.equal(world.answering.length, 0);
});

for (const [when, end] of [
  ["its client leaves", ({ client }) => void client.destroy()],
  ["the answer before was the last", (world) => world.answer({ connection: "close" })],
] satisfies readonly (readonly [string, (world: Awaited<ReturnType<typeof open>>) => unknown])[])
  test(`what waits when ${when} is not done`, async () => {
    await using world = await open();
    world.ask(1, 2, 3);
    await until("three requests", () => world.seen() === 3);
    const closed = new Promise((resolve) => world.answering[0]?.response.once("close", resolve));
    const count = world.answering.length;
    await end(world);
    await closed;
    for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
    assert.equal(world.answering.filter(({ path }) => path !== "/1").length, 0, "what nobody hears of was done");
    assert.equal(count, 1);
  });
