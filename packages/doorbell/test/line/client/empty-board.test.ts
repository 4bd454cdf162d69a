/** A server that came back with an empty board: what is posted there then is new, whatever its text. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { bench } from "../../support/client-mock.ts";

for (const [what, waitMs, expected] of [
  ["that announced nothing for a while has nothing to give again: an equal text is a new ad", 5_000, ["sale", "sale"]],
  ["that announces at once may give again what was received", 10, ["sale"]],
] as const)
  test(`a server that comes back and ${what}`, async () => {
    const received: string[] = [];
    const stand = await bench({ received: { classified: (ad) => received.push(ad) } });
    await stand.say("OK", "notif: classified");
    assert.deepEqual(await stand.say("OK"), ["classified?"]);
    assert.deepEqual(await stand.say("sale"), ["notif"]);
    await stand.say("OK");
    assert.deepEqual(received, ["sale"]);
    assert.deepEqual(await stand.reconnect(), ["notif"]);
    await stand.say("OK");
    await stand.pass(waitMs);
    assert.deepEqual(await stand.say("notif: classified"), ["stop_notif"]);
    await stand.say("OK");
    await stand.say("sale");
    await stand.pass(10);
    assert.deepEqual(received, expected);
    await stand.client.close();
  });

test("the wait for announcements begins anew with every connection", async () => {
  const received: string[] = [];
  const stand = await bench({ received: { classified: (ad) => received.push(ad) } });
  await stand.say("OK", "notif: classified");
  await stand.say("OK");
  await stand.say("sale");
  await stand.say("OK");
  await stand.reconnect();
  await stand.say("OK");
  await stand.pass(4_000);
  assert.deepEqual(await stand.reconnect(), ["notif"]);
  await stand.pass(2_000);
  assert.deepEqual(await stand.say("OK", "notif: classified"), ["stop_notif"]);
  await stand.say("OK");
  await stand.say("sale");
  await stand.pass(10);
  assert.deepEqual(received, ["sale"], "the next connection gave it again");
  await stand.client.close();
});
