import assert from "node:assert/strict";
import { test } from "node:test";

import { NtfyClient } from "ntfy";

import { HttpHub } from "../../../packages/hub/dist/test/support/http-hub.js";

test("the registry's client of ntfy rings a bell when its server is changed", async () => {
  await using hub = await HttpHub.start();
  const bell = await hub.newBell();
  const client = new NtfyClient({ server: `${hub.url}/b/` });
  const ring = (): Promise<unknown> =>
    client.publish({
      topic: bell.slice("/b/".length),
      message: "from the client",
      title: "ntfy",
      priority: 5,
      tags: ["rotating_light", "x"],
      disableCache: true,
      iconURL: "https://example.org/i.png",
    });
  assert.deepEqual(await hub.newItem(ring), {
    text: "from the client",
    title: "ntfy",
    priority: 5,
    tags: ["rotating_light", "x"],
  });
});
