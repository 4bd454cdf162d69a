/** What is wrong with what a subscriber gives, and where its errors go. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { KernelError } from "../../src/kernel/errors.ts";
import type { Connection } from "../../src/kernel/types.ts";
import { Subscriber } from "../../src/push/subscriber.ts";
import { ticks } from "./support/ticks.ts";
import { World } from "./support/world.ts";

test("who gives a client for a connection is told so at once", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const { net } = await world.notifier();
  for (const strange of [net, undefined, null, {}, 7])
    assert.throws(
      () => new Subscriber(world.kernel, strange as Connection, ticks),
      (error: unknown) =>
        error instanceof KernelError && error.code === "InvalidArgument" && error.message.includes("client.connection"),
    );
});

test("what a handler throws goes to onError, and the rings go on", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const [seen, errors]: [number[], unknown[]] = [[], []];
  await using _ = await world.subscriber(notifier).follow(
    // oxlint-disable-next-line typescript/promise-function-async -- it throws, and rejects, in turns
    ({ value: { number } }) => {
      seen.push(number);
      if (number % 2 === 0) return Promise.reject(new Error(`rejected ${number}`));
      throw new Error(`thrown ${number}`);
    },
    { onError: (error) => errors.push((error as Error).message) },
  );
  await notifier.net.notify(4);
  await until("all four", () => errors.length === 4);
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.deepEqual(errors, ["thrown 1", "rejected 2", "thrown 3", "rejected 4"]);
});

test("without onError it ends the program, as any uncaught error", { timeout: 60_000 }, async () => {
  const modules = ["kernel", "push"].map((name) => new URL(`../../src/${name}/index.js`, import.meta.url).href);
  const program = `
    const { Kernel, service, u8 } = await import("${modules[0]}");
    const { Subscriber, Subscribers, subscription } = await import("${modules[1]}");
    const kernel = await Kernel.start();
    const api = subscription(u8, { subscribe: 0, unsubscribe: 1 });
    const net = await kernel.createServer(service({ Subscribe: api.subscribe, Unsubscribe: api.unsubscribe }));
    const subscribers = new Subscribers(kernel, api);
    void net.serve({ Subscribe: async (message) => await subscribers.add(message, 0), Unsubscribe: (message) => subscribers.remove(message) });
    const subscriber = new Subscriber(kernel, await kernel.connect(net.sid), api);
    await subscriber.follow(() => { throw new Error("of the handler"); });
    await subscribers.notify(1);
    await new Promise(() => setInterval(() => {}, 1_000));
  `;
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
    execFile(process.execPath, ["--input-type=module", "-e", program], { timeout: 30_000 }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    ),
  );
  assert.equal(code, 1);
  assert.match(stderr, /Error: of the handler/);
});
