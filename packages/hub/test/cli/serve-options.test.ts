import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { ask } from "../support/asking.ts";
import { assertDone, assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { EventReader } from "../support/event-reader.ts";
import { connectLine } from "../support/line-client.ts";

test(
  "a hub is to the letter of the text with --compat, and quiet for as long as --idle says",
  { timeout: 60_000 },
  async ({ signal }) => {
    using folder = newFolder();
    const args = ["--no-network", "--random-rate", "0", "--idle", "1s"];
    await using hub = await startHubProcess({ args, env: { DOORBELL_COMPAT: "1" }, network: true });
    assert.match(hub.program.stdout, /and type: random\? {2}classified\? {2}notif {2}post hello$/m);
    await using client = await connectLine(hub);
    await using poster = await connectLine(hub);
    const unknown = ["help", "ping", "sources", "network?", "notif random", "key x"];
    assert.equal(await client.ask([...unknown, "notif"].join("\r\n")), "OK", "what is not in the text gets no answer");
    assert.equal(await client.next(), "notif: random");
    // Somebody who says nothing more.
    const quiet = connect(hub.port, "127.0.0.1");
    try {
      let told = 0;
      quiet.setEncoding("utf8").on("data", (text: string) => (told += text.split("classified").length - 1));
      quiet.write("notif\r\n");
      await once(quiet, "data");
      for (let before = -1; told > before;) {
        signal.throwIfAborted();
        before = told;
        assert.equal(await client.ask("notif"), "OK");
        assert.equal(await poster.ask("post x"), "OK");
        assert.equal(await client.next(), "notif: classified", "who says notif in time is told of all");
        // An answer that comes later than what the quiet one was told.
        for (let turn = 0; turn < 2; turn += 1) assert.match(await poster.ask("random?"), /^\d+$/);
      }
    } finally {
      quiet.destroy();
    }
    writeFileSync(folder.file("settings.json"), '{"idle": 30}');
    assertFailed(
      await doorbell(["serve", "--port", "0"], { DOORBELL_CONFIG: folder.file("settings.json") }),
      2,
      /"idle" is 30\. Expected a time with its unit/,
    );
    assertFailed(
      await doorbell(["serve", "--port", "0"], { DOORBELL_IDLE: "0s" }),
      2,
      /from env 'DOORBELL_IDLE' is invalid/,
    );
  },
);

test("--no-random and --no-board: neither is listed, answered, announced or run, and nothing can be posted", async () => {
  await using hub = await startHubProcess({ args: ["--no-random", "--no-board", "--idle", "off"], http: true });
  assert.match(hub.program.stdout, /and type: notif {2}help$/m);
  await using client = await connectLine(hub);
  assert.equal(await client.ask("sources"), "");
  for (const gone of ["random?", "classified?"]) assert.equal(await client.ask(gone), "error: unknown command");
  assert.equal(await client.ask("post x"), "error: this server takes no ads");
  assert.match(await client.ask("help"), /^(?!.*(random|classified|post))/);
  const at = ["--http-port", String(hub.httpPort), ...hub.at];
  assertDone(await doorbell(["status", "--json", ...at]), /"sources":\[\]/);
  assertFailed(await doorbell(["watch", ...hub.at]), 1, /the hub has no source that everybody can watch/);
  assertFailed(await doorbell(["post", ...hub.at, "x"]), 1, /takes no ads/);
  const { owner } = JSON.parse(readFileSync(join(hub.data, "keys.json"), "utf8")) as { readonly owner: string };
  const url = `http://127.0.0.1:${hub.httpPort}`;
  const headers = { authorization: `Bearer ${owner}`, "content-type": "application/json" };
  assert.deepEqual(await (await fetch(`${url}/v1/sources`, { headers })).json(), { sources: [] });
  for (const name of ["random", "classified"])
    assert.equal((await fetch(`${url}/v1/sources/${name}/events`, { headers })).status, 404);
  const posted = await fetch(`${url}/v1/ads`, { method: "POST", headers, body: '{"text":"x"}' });
  assert.equal(posted.status, 404);
  assert.match(await posted.text(), /this hub takes no ads/);
  assert.equal(hub.program.stderr, "");
});

test(
  "T31 the hub's limits are options, variables and settings: at each, and one past it",
  { timeout: 60_000 },
  async () => {
    using folder = newFolder();
    const settings = { inboxesMax: 2, streamsMax: 2, httpConnectionsPerAddressMax: 5 };
    writeFileSync(folder.file("settings.json"), JSON.stringify(settings));
    await using hub = await startHubProcess({
      args: ["--bells-max", "1", "--line-connections-per-address-max", "2", "--no-network"],
      env: { DOORBELL_CONFIG: folder.file("settings.json"), DOORBELL_LINE_CONNECTIONS_MAX: "3" },
      http: true,
    });
    const url = `http://127.0.0.1:${hub.httpPort}`;
    const { owner } = JSON.parse(readFileSync(join(hub.data, "keys.json"), "utf8")) as { readonly owner: string };
    const status = async (path: string, json: object): Promise<unknown> => {
      const response = await ask(url + path, { key: owner, json, headers: { connection: "close" } });
      return [response.status, ((await response.json()) as { readonly code?: string }).code];
    };
    assert.deepEqual(await status("/v1/inboxes", { name: "second" }), [201, undefined]);
    assert.deepEqual(await status("/v1/inboxes", { name: "third" }), [409, "LimitReached"]);
    assert.deepEqual(await status("/v1/bells?inbox=1", { label: "one" }), [201, undefined]);
    assert.deepEqual(await status("/v1/bells?inbox=1", { label: "two" }), [409, "LimitReached"]);
    // Two streams of events, but one of each inbox; and five connections in all.
    using first = new EventReader(`${url}/v1/events?inbox=1`, { authorization: `Bearer ${owner}` });
    await first.hears("ready", ({ events }) => events.length > 0);
    using second = new EventReader(`${url}/v1/events?inbox=1`, { authorization: `Bearer ${owner}` });
    await second.hears("its refusal", ({ body }) => body.includes("TooManyReaders"));
    using other = new EventReader(`${url}/v1/events?inbox=2`, { authorization: `Bearer ${owner}` });
    await other.hears("ready", ({ events }) => events.length > 0);
    using third = new EventReader(`${url}/v1/events?inbox=2`, { authorization: `Bearer ${owner}` });
    await third.hears("its refusal", ({ body }) => body.includes("TooManyReaders"));
    const quiet = Array.from({ length: 3 }, () => connect(hub.httpPort, "127.0.0.1"));
    try {
      await Promise.all(quiet.map((socket) => once(socket, "connect")));
      const past = connect(hub.httpPort, "127.0.0.1").setEncoding("utf8");
      assert.match(String((await once(past, "data"))[0]), /^HTTP\/1\.1 503 .*TooManyConnections/s);
    } finally {
      for (const socket of quiet) socket.destroy();
    }
    await using one = await connectLine(hub);
    await using two = await connectLine(hub);
    assert.deepEqual([await one.ask("ping"), await two.ask("ping")], ["pong", "pong"]);
    await using three = await connectLine(hub);
    assert.match(String(await three.next()), /^error: your address has as many connections as it may/);
    assertFailed(await doorbell(["serve", "--bells-max", "0"]), 2, /Expected a whole number from 1 to 1000000/);
  },
);
