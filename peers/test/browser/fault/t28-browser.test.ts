import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";

import { connect } from "@doorbell-js/doorbell/line";
import { report } from "@doorbell-js/test-support/results";
import type { BrowserContext, Page } from "playwright-core";

import { chromiumMissing, curlMissing } from "../../../../packages/hub/dist/test/support/needs.js";
import { HOSTILE_HOST, TestBrowser } from "../support/browser.ts";
import { attack } from "../support/hostile-page.ts";
import { curl, WebHub } from "../support/web-hub.ts";

const skip = chromiumMissing || curlMissing;

/** All that a hostile page might have changed. */
async function stateOf(hub: WebHub): Promise<string> {
  const paths = ["/v1/inboxes", "/v1/bells?inbox=1", "/v1/items?inbox=1"];
  await using client = await connect({ port: hub.linePort });
  const ad = await client.classified();
  return JSON.stringify([...(await Promise.all(paths.map((path) => hub.ask("GET", path)))), ad]);
}

/** Notes every answer of the hub to what a page asks. */
function answersTo(page: Page, hub: string): readonly string[] {
  const answers: string[] = [];
  page.on("response", (response) => {
    const request = response.request();
    if (response.url().startsWith(hub)) answers.push(`${response.status()} ${request.method()} ${response.url()}`);
  });
  return answers;
}

/** Somebody who is logged in to the hub, in the browser that will come to the hostile page. */
async function loggedIn(browser: TestBrowser, hub: WebHub): Promise<BrowserContext> {
  const visitor = await browser.visitor();
  const page = await visitor.newPage();
  await page.goto(await hub.link());
  await page.getByRole("heading", { name: "me", level: 1 }).waitFor();
  return visitor;
}

/** A server of the attacker's, whose page does nothing by itself. */
async function hostileServer(port: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<body>hostile"));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a page tries, what the hub answers, and what is then different: nothing. Gives how much was refused. */
async function assertRefused(hub: WebHub, page: Page, target: string, bell: string, before: string): Promise<number> {
  const from = page.url();
  const answers = answersTo(page, target);
  const refusedBefore = await hub.refused();
  const learnt = await page.evaluate(attack, { hub: target, bell });
  assert.deepEqual(learnt, [], `a page at ${from} learnt something`);
  // Followed as a link, it is a request like any other.
  const followed = page.waitForEvent("framenavigated");
  await page.evaluate((url) => location.assign(url), `${bell}/publish?message=evil`);
  await followed;
  const others = answers.filter((answer) => !answer.startsWith("403"));
  assert.deepEqual(others, [], `a page at ${from} was not refused`);
  assert.equal(await stateOf(hub), before, `a page at ${from} changed something`);
  const count = (await hub.refused()) - refusedBefore;
  assert.ok(count >= 30, `only ${count} of what a page at ${from} asked reached the hub`);
  return count;
}

describe("T28 browser", { skip }, () => {
  let hub: WebHub;
  let browser: TestBrowser;
  before(async () => {
    [hub, browser] = await Promise.all([WebHub.start(), TestBrowser.open()]);
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
  });

  test("T28 browser: no page of another site reads or changes anything", async (t) => {
    const { address } = await hub.newBell("known");
    const visitor = await loggedIn(browser, hub);
    const before = await stateOf(hub);
    await using server = await hostileServer(0);
    let refused = 0;
    // By number it is of the same site, as browsers see it: the session's cookie goes along.
    for (const host of ["127.0.0.1", HOSTILE_HOST]) {
      const page = await visitor.newPage();
      await page.goto(`http://${host}:${server.port}/`);
      refused += await assertRefused(hub, page, hub.url, address, before);
    }
    // Whoever is logged in still is, and what was tried would have been seen.
    const own = await visitor.newPage();
    await own.goto(hub.url);
    assert.equal(await own.evaluate(async () => (await fetch("/v1/inboxes")).status), 200);
    assert.equal(await curl(address, "honest"), 200);
    assert.notEqual(await stateOf(hub), before);
    report(t, `T28 browser: ${refused} requests of hostile pages refused, nothing learnt or changed`);
  });

  test("T28 browser: nor does one whose name leads to the hub by now", async (t) => {
    const { address } = await hub.newBell("known");
    const before = await stateOf(hub);
    await hub.kill();
    const page = await (await browser.visitor()).newPage();
    const rebound = `http://${HOSTILE_HOST}:${hub.port}`;
    {
      await using _ = await hostileServer(hub.port);
      await page.goto(rebound);
    }
    await hub.restart();
    const refused = await assertRefused(hub, page, rebound, address.replace(hub.url, rebound), before);
    report(t, `T28 browser: ${refused} requests under a name that was turned to the hub refused`);
  });
});
