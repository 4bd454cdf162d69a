/** The registry's client of ntfy rings a bell. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { NtfyClient } from "ntfy";

import { HttpHub } from "../../../packages/hub/dist/test/support/http-hub.js";

describe("a client of ntfy", () => {
  let hub: HttpHub;
  let bell: string;
  before(async () => {
    hub = await HttpHub.start();
    bell = await hub.newBell();
  });
  after(() => hub[Symbol.asyncDispose]());

  test("the registry's client of ntfy rings it when its server is changed", async () => {
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
});
