/** T19 over HTTP: connections of another reader of events are cut, and it has each item once, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { again, Random } from "@doorbell-js/test-support/seed";
import { until } from "@doorbell-js/test-support/until";
import { EventSource, type FetchLike } from "eventsource";

import { closedPort } from "../../../../packages/hub/dist/test/support/closed-port.js";
import { HttpHub } from "../../../../packages/hub/dist/test/support/http-hub.js";
import { Relay } from "../../../../packages/hub/dist/test/support/relay.js";

test(
  "T19 the registry's EventSource, cut off again and again and over a restart of the hub",
  { timeout: 240_000 },
  async (t) => {
    const random = new Random();
    t.diagnostic(again);
    using folder = newFolder();
    const port = await closedPort();
    await using relay = await Relay.to(port);
    const options = { folder: folder.path, port, url: `http://localhost:${relay.port}` };
    let hub = await HttpHub.start(options);
    const bell = await hub.newBell();
    const heard: number[] = [];
    const others: string[] = [];
    let opened = 0;
    const source = new EventSource(`http://localhost:${relay.port}/v1/events?after=0`, {
      async fetch(url, init) {
        const headers = { ...init.headers, authorization: `Bearer ${hub.read}` };
        return connectsSoon(await fetch(url, { ...init, headers }));
      },
    });
    source.addEventListener("open", () => (opened += 1));
    source.addEventListener("item", ({ data }) =>
      heard.push((JSON.parse(String(data)) as { sequence: number }).sequence),
    );
    for (const kind of ["gap", "reset", "ready"]) source.addEventListener(kind, () => others.push(kind));
    const acknowledged: string[] = [];
    try {
      await until("it is there", () => opened > 0);
      for (let cut = 1; cut <= 6; cut += 1) {
        const before = opened;
        const at = random.below(30) + 1;
        for (let n = 1; n <= 30; n += 1) {
          const text = `ring ${cut}.${n}`;
          if ((await hub.ask(bell, { body: text })).status === 200) acknowledged.push(text);
          if (n === at) relay.cut();
        }
        await until("it is back", () => opened > before, 60_000);
        if (cut !== 3) continue;
        await hub[Symbol.asyncDispose]();
        hub = await HttpHub.start(options);
      }
      const items = await hub.items();
      const isThere = (): boolean => heard.at(-1) === items.at(-1)?.sequence;
      await until("the last item", isThere, 60_000, { account: () => `${heard.length} of ${items.length}` });
      assert.deepEqual(
        items.map(({ text }) => text),
        acknowledged,
        "what was acknowledged is not what is stored",
      );
      assert.deepEqual(
        heard,
        items.map(({ sequence }) => sequence),
        "not each item once, in order",
      );
      assert.deepEqual(others, []);
      report(
        t,
        `T19 http: EventSource had ${heard.length} items over ${opened} connections and a restart, lost 0, twice 0`,
      );
    } finally {
      source.close();
      await hub[Symbol.asyncDispose]();
    }
  },
);

/** The same answer with a shorter wait in it, so that a reader that is cut off comes back at once and not after seconds. */
function connectsSoon({ body, url, status, redirected, headers }: Response): Awaited<ReturnType<FetchLike>> {
  const sooner = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      const text = Buffer.from(bytes).toString("latin1");
      controller.enqueue(Buffer.from(text.replace(/^retry: \d+\n/, "retry: 20\n"), "latin1"));
    },
  });
  return { body: body?.pipeThrough(sooner) ?? null, url, status, redirected, headers };
}
