/** `publish`: a notifier of one stream of events, in one call. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { within } from "@doorbell-js/test-support/until";

import { record } from "../../src/kernel/archive/composites.ts";
import { u32 } from "../../src/kernel/archive/scalars.ts";
import { text } from "../../src/kernel/archive/strings.ts";
import { KernelError } from "../../src/kernel/errors.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { subscription } from "../../src/push/api.ts";
import { publish, type PublishOptions } from "../../src/push/notifier.ts";
import { Subscriber } from "../../src/push/subscriber.ts";
import { nextMessage, nothingLeft } from "./support/world.ts";

const timeout = 60_000;
const numbers = subscription(record({ number: u32 }), { subscribe: 0, unsubscribe: 1 });
const names = subscription(record({ name: text(10) }), { subscribe: 5, unsubscribe: 9 });

test(
  "two publishers of one thread: each subscriber has its events, and their numbers; the state is the last one",
  { timeout },
  async () => {
    await using kernel = await Kernel.start();
    using first = await publish(kernel, numbers, { number: 0 });
    using second = await publish(kernel, names, { name: "none" }, { name: "names" });
    using toFirst = await kernel.connect(first.sid);
    using toSecond = await kernel.names.connect("names");
    const main = await kernel.createServer();
    const event = { number: 1 };
    await first.notify(event);
    // It is what was told that is the state.
    event.number = 50;
    const a = await new Subscriber(kernel, toFirst, numbers).subscribe(main, 1);
    const b = await new Subscriber(kernel, toSecond, names).subscribe(main, 2);
    assert.deepEqual([a.state, a.sequence, b.state, b.sequence], [{ number: 1 }, 1, { name: "none" }, 0]);
    assert.deepEqual([first.size, second.size, first.sequence, second.sequence], [1, 1, 1, 0]);
    await second.notify({ name: "attic" });
    assert.deepEqual(b.take(await nextMessage(main)), { value: { name: "attic" }, sequence: 1, gap: 0 });
    await first.notify({ number: 2 });
    await first.notify({ number: 3 });
    for (const number of [2, 3])
      assert.deepEqual(a.take(await nextMessage(main)), { value: { number }, sequence: number, gap: 0 });
    assert.deepEqual([first.state, second.state], [{ number: 3 }, { name: "attic" }]);
    await a.unsubscribe();
    assert.equal(first.size, 0);
  },
);

test("what a subscriber is too slow for is a gap", { timeout }, async () => {
  await using kernel = await Kernel.start();
  using wifi = await publish(kernel, numbers, { number: 0 }, { pendingMax: 2 });
  using connection = await kernel.connect(wifi.sid);
  const main = await kernel.createServer({ queueMax: 1 });
  const options = { behind: "dropNewest", queueMax: 1, thread: "direct" } as const;
  const slow = await new Subscriber(kernel, connection, numbers).subscribe(main, 1, options);
  for (let number = 1; number <= 10; number += 1) await wifi.notify({ number });
  const got: number[] = [];
  while (got.length + slow.missed < 10) {
    const ring = slow.take(await nextMessage(main));
    if (ring !== undefined) got.push(ring.sequence);
  }
  assert(got.length < 10, "nothing was dropped");
  assert.deepEqual(
    got,
    got.map((_, at) => at + 1),
  );
  await wifi.notify({ number: 11 });
  assert.equal(slow.take(await nextMessage(main))?.gap, 10 - got.length);
});

test("disposing of it ends every subscription, frees the name, and leaves nothing", { timeout }, async () => {
  await using kernel = await Kernel.start();
  const main = await kernel.createServer();
  const before = await kernel.inspect();
  for (let round = 0; round < 3; round += 1) {
    const wifi = await publish(kernel, numbers, { number: 0 }, { name: "wifi" });
    using connection = await kernel.names.connect("wifi");
    const direct = await new Subscriber(kernel, connection, numbers).subscribe(main, 1, { thread: "direct" });
    wifi[Symbol.dispose]();
    wifi[Symbol.dispose]();
    assert.equal(await within("the end of its subscription", direct.ended), "notifier");
    await within("its end", wifi.ended);
    assert.equal(wifi.size, 0);
    await assert.rejects(wifi.notify({ number: 1 }), { code: "ServerNotFound" });
  }
  await nothingLeft(kernel, before);
});

test("the end of the kernel is its end", { timeout }, async () => {
  const kernel = await Kernel.start();
  const wifi = await publish(kernel, numbers, { number: 0 });
  await kernel.leave();
  await within("its end", wifi.ended);
});

test("who has its id can subscribe, and be told by it of nothing else", { timeout }, async () => {
  await using kernel = await Kernel.start();
  const sid = Sid.random();
  using wifi = await publish(kernel, numbers, { number: 0 }, { sid, subscribersMax: 1 });
  assert(wifi.sid.equals(sid));
  using connection = await kernel.connect(sid);
  for (let id = 2; id < 50; id += 1) await assert.rejects(connection.blockingScalar(id), { code: "Unanswered" });
  const main = await kernel.createServer();
  await using _ = await new Subscriber(kernel, connection, numbers).subscribe(main, 1);
  await assert.rejects(new Subscriber(kernel, connection, numbers).subscribe(main, 1), { code: "LimitReached" });
});

test("what cannot be published is said, and nothing is left", { timeout }, async () => {
  await using kernel = await Kernel.start();
  using _taken = await publish(kernel, numbers, { number: 0 }, { name: "taken" });
  const before = await kernel.inspect();
  const code = (wanted: string) => (error: unknown) => error instanceof KernelError && error.code === wanted;
  const bad = "InvalidArgument";
  const given = { kernel: kernel as unknown, api: numbers as unknown, initial: { number: 0 } as unknown };
  const wrong: readonly (readonly [string, Partial<typeof given> & { readonly options?: unknown }])[] = [
    [bad, { kernel: undefined }],
    [bad, { kernel: {} }],
    [bad, { api: undefined }],
    [bad, { api: null }],
    [bad, { api: record({ number: u32 }) }],
    [bad, { initial: undefined }],
    [bad, { initial: { number: -1 } }],
    [bad, { options: null }],
    [bad, { options: "name" }],
    [bad, { options: { sid: sidWords() } }],
    [bad, { options: { sid: "sid" } }],
    [bad, { options: { nmae: "x" } }],
    [bad, { options: { queueMax: 0 } }],
    [bad, { options: { subscribersMax: 0 } }],
    [bad, { options: { pendingMax: 0.5 } }],
    [bad, { options: { name: "x", maxConnections: 0 } }],
    ["InvalidString", { options: { name: "" } }],
    ["InvalidString", { options: { name: 7 } }],
    ["InvalidString", { options: { name: null } }],
    ["ServerExists", { options: { name: "taken" } }],
    ["ServerExists", { options: { sid: _taken.sid } }],
  ];
  for (const [wanted, { options, ...one }] of wrong) {
    const { kernel: from, api, initial } = { ...given, ...one };
    const publishing = publish(
      from as Kernel,
      api as typeof numbers,
      initial as { number: number },
      options as PublishOptions,
    );
    await assert.rejects(publishing, code(wanted), JSON.stringify({ ...one, kernel: "…", options: String(options) }));
  }
  using wifi = await publish(kernel, numbers, { number: 5 });
  for (const event of [undefined, null, {}, { number: "1" }, { number: 2 ** 32 }])
    await assert.rejects(wifi.notify(event as { number: number }), code(bad));
  assert.deepEqual([wifi.sequence, wifi.state], [0, { number: 5 }]);
  wifi[Symbol.dispose]();
  await nothingLeft(kernel, before);
});

function sidWords(): unknown {
  return Sid.random().words();
}
