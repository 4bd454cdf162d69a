/** A link to a source that comes, goes, and says what it likes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { until } from "@doorbell-js/test-support/until";

import { SourceLink } from "../../src/line/source-link.ts";
import { MockSource } from "../support/mock-source.ts";

const timeout = 60_000;

interface Linked extends AsyncDisposable {
  readonly kernel: Kernel;
  readonly link: SourceLink;
  /** The numbers that were told. */
  readonly told: readonly number[];
}

async function linked(): Promise<Linked> {
  const kernel = await Kernel.start();
  const closing = new AbortController();
  const main = await kernel.createServer();
  const options = { source: "mock", unread: 1, main, opcode: 0, signal: closing.signal, onError: () => {} };
  const link = new SourceLink(kernel, options);
  const told: number[] = [];
  link.subscribe((newest) => told.push(newest));
  void (async () => {
    for await (const message of main) {
      using _ = message;
      link.take(message);
    }
  })();
  return {
    kernel,
    link,
    told,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await link.ended;
      main.destroy({ force: true });
      await kernel.leave();
    },
  };
}

test("items are numbered on from where they were when a source comes back that counts anew", { timeout }, async () => {
  await using world = await linked();
  const { kernel, link, told } = world;
  {
    using first = await MockSource.start(kernel, "mock", 1, ["a", "b"]);
    await link.ready;
    first.items.push("c");
    first.ring();
    await until("c", () => told.length === 3);
    assert.deepEqual(await link.fetch(2), { text: "c", sequence: 3 });
  }
  // What was on its way fails with its server; what is asked after that is told so at once.
  const refusal = async (): Promise<string> => await link.fetch(3).then(JSON.stringify, String);
  await until("it is gone", async () => (await refusal()) === "Error: the source mock has gone, and is not back yet");
  using second = await MockSource.start(kernel, "mock", 2, ["d"]);
  await until("d", () => told.length === 4);
  assert.deepEqual(await link.fetch(3), { text: "d", sequence: 4 });
  assert.deepEqual(await link.fetch(4), { text: "", sequence: 4 });
  // What was not read of the first is lost with it, and nobody is given the same twice for that.
  assert.deepEqual(await link.fetch(1), { text: "d", sequence: 4 });
  second.items.push("e");
  second.ring();
  await until("e", () => told.length === 5);
  assert.deepEqual(told, [1, 2, 3, 4, 5]);
});

test("a source that comes back with the same count goes on with it", { timeout }, async () => {
  await using world = await linked();
  const { kernel, link, told } = world;
  {
    using _first = await MockSource.start(kernel, "mock", 1, ["a", "b"]);
    await link.ready;
  }
  using _second = await MockSource.start(kernel, "mock", 1, ["a", "b", "c"]);
  await until("c", () => told.length === 3);
  assert.deepEqual(told, [1, 2, 3]);
  assert.deepEqual(await link.fetch(2), { text: "c", sequence: 3 });
});

test(
  "an item that was read before it was told keeps its number: what follows is not taken for it",
  { timeout },
  async () => {
    await using world = await linked();
    const { kernel, link, told } = world;
    {
      using first = await MockSource.start(kernel, "mock", 1, ["a"]);
      await link.ready;
      // It is there, and its ring is never sent: the source dies between the two.
      first.items.push("b");
      assert.deepEqual(await link.fetch(1), { text: "b", sequence: 2 });
    }
    using _second = await MockSource.start(kernel, "mock", 2, ["c"]);
    await until("c", () => told.at(-1) !== 1);
    assert.equal(told.at(-1), 3, "who has read number 2 is not told of the item after it");
    assert.deepEqual(await link.fetch(2), { text: "c", sequence: 3 });
  },
);

test("numbers that cannot be tell nothing; a leap is told as far as that makes sense", { timeout }, async () => {
  await using world = await linked();
  const { kernel, link, told } = world;
  using source = await MockSource.start(kernel, "mock", 1, ["a"]);
  await link.ready;
  assert.deepEqual(told, [1]);
  for (const number of [Number.NaN, -1, 0.5, 1, Infinity, 2 ** 60, 0]) source.ring(number);
  source.ring(2);
  await until("2", () => told.length === 2);
  source.ring(5_000);
  await until("5000", () => told.at(-1) === 5_000);
  assert.deepEqual(told.slice(0, 3), [1, 2, 5_000 - 1_023]);
  assert.equal(told.length, 2 + 1_024);
});

test("items that were told by one ring are announced each", { timeout }, async () => {
  await using world = await linked();
  const { kernel, link, told } = world;
  using source = await MockSource.start(kernel, "mock", 1);
  await link.ready;
  assert.equal(source.subscribers, 1);
  source.ring(1);
  source.ring(7);
  source.ring(9);
  await until("9", () => told.at(-1) === 9);
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("what is asked before the source is there for the first time waits for it", { timeout }, async () => {
  await using world = await linked();
  const { kernel, link } = world;
  const asked = link.fetch(0);
  using _source = await MockSource.start(kernel, "mock", 1, ["a"]);
  assert.deepEqual(await asked, { text: "a", sequence: 1 });
});

test("when the link ends, the source has no bell any more, and the kernel has nothing of it", { timeout }, async () => {
  const kernel = await Kernel.start();
  try {
    using source = await MockSource.start(kernel, "mock", 1, ["a"]);
    const closing = new AbortController();
    const main = await kernel.createServer();
    const before = (await kernel.inspect()).servers.length;
    const options = { source: "mock", unread: 1, main, opcode: 0, signal: closing.signal, onError: () => {} };
    const link = new SourceLink(kernel, options);
    await link.ready;
    assert.equal(source.subscribers, 1);
    closing.abort();
    await link.ended;
    assert.equal(source.subscribers, 0);
    assert.equal((await kernel.inspect()).servers.length, before);
  } finally {
    await kernel.leave();
  }
});
