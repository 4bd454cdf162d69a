/** T19 over HTTP: connections are cut anywhere, and a reader has each item once, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { again, Random } from "@doorbell-js/test-support/seed";

import { closedPort } from "../../support/closed-port.ts";
import { CuttingRelay } from "../../support/cutting-relay.ts";
import { EventReader } from "../../support/event-reader.ts";
import { HttpHub } from "../../support/http-hub.ts";

test("T19 an answer that is cut after any number of its bytes", { timeout: 240_000 }, async (t) => {
  const random = new Random();
  t.diagnostic(again);
  const port = await closedPort();
  await using relay = await CuttingRelay.to(port, () => random.below(4_000) + 1);
  await using hub = await HttpHub.start({ port, url: `http://localhost:${relay.port}` });
  const bell = await hub.newBell();
  let isRinging = true;
  const ringing = (async () => {
    for (let n = 1; n <= 1_000; n += 1) await hub.ask(bell, { body: `ring ${n} ${"x".repeat(random.below(200))}` });
    isRinging = false;
  })();
  // Told where it is waited for.
  ringing.catch(() => {});
  const heard: number[] = [];
  let last = "0";
  let connections = 0;
  while (isRinging || heard.length < 1_000) {
    using reader = new EventReader(`http://localhost:${relay.port}/v1/events`, {
      authorization: `Bearer ${hub.read}`,
      "last-event-id": last,
    });
    connections += 1;
    await reader.hears(
      "the cut, or the end",
      () => reader.isOver || heard.length + reader.events.length >= 1_000,
      60_000,
    );
    assert.ok(
      reader.events.every(({ event }) => event === "item"),
      JSON.stringify(reader.events.at(-1)),
    );
    for (const { sequence } of reader.data("item")) {
      assert.equal(sequence, heard.length + 1, "not the next item");
      heard.push(sequence);
    }
    last = reader.events.at(-1)?.id ?? last;
  }
  await ringing;
  assert.equal(heard.length, 1_000);
  report(t, `T19 http: 1000 items over ${connections} connections, ${relay.cuts} cut anywhere: lost 0, twice 0`);
});
