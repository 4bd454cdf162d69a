import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { assertDone, assertFailed, unsafe } from "../support/assert.ts";
import { doorbell } from "../support/doorbell.ts";
import { InboxHub, ringBell } from "../support/inbox-hub.ts";
import { run } from "../support/program.ts";

describe("bell", () => {
  let hub: InboxHub;
  before(async () => {
    hub = await InboxHub.start();
  });
  after(() => hub[Symbol.asyncDispose]());

  test("new prints the address, and a line of curl that rings it as it stands", async () => {
    const printed = await hub.prints("bell", "new", "my", "backup");
    const [address = "", curl = "", watch] = printed.split("\n");
    assert.match(address, new RegExp(`^http://127\\.0\\.0\\.1:${hub.hub.httpPort}/b/[\\w-]{32}$`));
    assert.equal(curl, `  ring it   curl -d "hello" ${address}`);
    assert.equal(
      watch,
      `  hear it   doorbell watch --inbox --port PORT --data ${hub.hub.data}   PORT as the hub's greeting says`,
    );
    assert.equal(printed.split(address).length - 1, 2, "as an address, and in the line");
    const { code } = await run("sh", ["-c", `${curl.replace("  ring it   ", "")} -sf`]);
    assert.equal(code, 0);
    assert.match(await hub.prints("bell", "list"), /^ +\d+ {2}my backup {2}rings {2}rung once, last at \S+Z\n$/m);
    assertNowhere(hub.hub.data, address.split("/b/")[1] as string);
  });

  test("pause, resume, rename and limit, by label and by number; show has all of it", async () => {
    const address = await hub.newBell("door");
    const { id } = JSON.parse(await hub.prints("bell", "show", "door", "--json")) as { id: number };
    assert.match(await hub.prints("bell", "pause", "door"), / door {2}is paused {2}never rung$/m);
    assertFailed(await hub.run("ring", address, "x"), 1, /the hub answered: this bell is paused/);
    assert.match(await hub.prints("bell", "resume", String(id)), / door {2}rings/);
    assert.match(await hub.prints("bell", "rename", "door", "front", "door"), / front door {2}rings/);
    await hub.prints("bell", "limit", "front door", "--rings-max", "1", "--per-minute", "7", "--expires", "2099-01-02");
    await ringBell(address, "one");
    assertFailed(await hub.run("ring", address, "two"), 1, /the hub answered: /);
    const shown = await hub.prints("bell", "show", "front door");
    assert.match(
      shown,
      /front door {2}is used up {2}rung once, .*; 2 refused since the hub started\nmade {5}.*\ntakes {4}7 rings a minute, texts of 4096 bytes, 1 rings in all\nends {5}2099-01-02T00:00:00\.000Z\n {2}\S+Z {2}once\n$/,
    );
    await hub.prints("bell", "limit", "front door", "--rings-max", "none", "--expires", "none");
    assert.match(await hub.prints("bell", "show", "front door"), /any number of rings\nends {5}never/);
  });

  test("revoke ends it: it is not there, and its address is one that never was", async () => {
    const address = await hub.newBell("gone");
    await hub.prints("bell", "revoke", "gone");
    assertFailed(await hub.run("ring", address, "x"), 1, /the hub answered: no bell has that address/);
    assertFailed(
      await hub.run("bell", "revoke", "gone"),
      1,
      /there is no bell "gone" in the inbox me: "doorbell bell list"/,
    );
  });

  test("a label that two have does not say which; who gives the second one hears of it", async () => {
    await hub.newBell("twin");
    const made = await hub.run("bell", "new", "twin");
    const renamed = await hub.run("bell", "rename", await numberOf(hub, "twin"), "twin");
    for (const { code, stderr } of [made, renamed])
      assert.match(
        `${code} ${stderr}`,
        /^0 "twin" is the label of another bell, too \(number \d+\); this one is number \d+\.\n$/,
      );
    assertFailed(
      await hub.run("bell", "pause", "twin"),
      1,
      /there are several bells "twin": say the number, one of \d+, \d+$/m,
    );
  });

  test("limits that are none are refused by option or by the hub", async () => {
    for (const [option, value] of [
      ["--per-minute", "0"],
      ["--rings-max", "many"],
      ["--expires", "tomorrow"],
      ["--bytes-max", "1e3"],
    ] as const)
      assertFailed(await hub.run("bell", "new", "x", option, value), 2, new RegExp(option));
    assertFailed(await hub.run("bell", "new", "x", "--bytes-max", "4097"), 1, /the hub answered: .*4096/);
    assertFailed(await hub.run("bell", "new", "x".repeat(65)), 1, /the hub answered: .*label/);
    assertFailed(await hub.run("bell", "limit", "twin"), 2, /say which limit/);
  });

  test("a label that would act on the terminal is spelled out", async () => {
    await hub.newBell("\u202e\u{e0041}evil");
    const printed = await hub.prints("bell", "list");
    assert.doesNotMatch(printed.replaceAll("\n", ""), unsafe);
    assert.ok(printed.includes("\\u202e\\u{e0041}evil"));
  });
});

test("a bell that was made gives its address, whatever the hub answers then", async () => {
  const inbox = { id: 1, name: "me" };
  const made = { bell: { id: 1, label: "twin" }, address: "http://hub/b/token" };
  const answers: Readonly<Record<string, unknown>> = {
    "GET /v1/inboxes": { inboxes: [inbox] },
    "POST /v1/bells": made,
  };
  const server = createServer(({ method, url = "" }, response) => {
    const answer = answers[`${method} ${url.split("?")[0]}`];
    response.writeHead(answer === undefined ? 503 : 200).end(JSON.stringify(answer ?? { error: "no time" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const env = { DOORBELL_HTTP_PORT: String(port), DOORBELL_KEY: `owner_${"x".repeat(32)}` };
  const outcome = await doorbell(["bell", "new", "twin", "--json"], env);
  server.close();
  assertDone(outcome, `${JSON.stringify(made)}\n`);
});

/** The number of the first bell with a label. */
async function numberOf(hub: InboxHub, label: string): Promise<string> {
  const bells = (await hub.prints("bell", "list", "--json")).trim().split("\n");
  const found = bells
    .map((bell) => JSON.parse(bell) as { id: number; label: string })
    .find((each) => each.label === label);
  return String(found?.id);
}

/** No file of a folder has this text. */
function assertNowhere(folder: string, text: string): void {
  for (const name of readdirSync(folder))
    assert.ok(!readFileSync(join(folder, name)).includes(text), `${name} has the secret of the address`);
}
