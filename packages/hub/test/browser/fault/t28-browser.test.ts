import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { connect } from "@doorbell-js/doorbell/line";
import type { BrowserContext, Page } from "playwright-core";

import { chromiumMissing, curlMissing } from "../../support/needs.ts";
import { report } from "../../support/results.ts";
import { HOSTILE_HOST, TestBrowser } from "../support/browser.ts";
import { attack } from "../support/hostile-page.ts";
import { curl, WebHub } from "../support/web-hub.ts";

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

test(
  "T28 browser: no page of another site reads or changes anything",
  { skip: chromiumMissing || curlMissing },
  async (t) => {
    await using hub = await WebHub.start();
    const { address } = await hub.newBell("known");
    const server = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<body>hostile"),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using browser = await TestBrowser.open();
    const visitor = await loggedIn(browser, hub);
    const rebound = `http://${HOSTILE_HOST}:${hub.port}`;
    // A name that led to the attacker's server when this page came from there, and leads to the hub now.
    await visitor.route(`${rebound}/hostile`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<body>hostile" }),
    );
    const before = await stateOf(hub);
    let refused = 0;
    for (const [from, target] of [
      // Of the same site, as browsers see it: the session's cookie goes along.
      [`http://127.0.0.1:${port}/`, hub.url],
      [`http://${HOSTILE_HOST}:${port}/`, hub.url],
      [`${rebound}/hostile`, rebound],
    ] as const) {
      const page = await visitor.newPage();
      await page.goto(from);
      const answers = answersTo(page, target);
      const learnt = await page.evaluate(attack, { hub: target, bell: address.replace(hub.url, target) });
      assert.deepEqual(learnt, [], `a page at ${from} learnt something`);
      // Followed as a link, it is a request like any other.
      await page.evaluate((url) => location.assign(url), `${address.replace(hub.url, target)}/publish?message=evil`);
      await page.waitForEvent("framenavigated");
      assert.ok(answers.length > 20, "what it asked reached the hub");
      assert.deepEqual(
        answers.filter((answer) => !answer.startsWith("403")),
        [],
        `a page at ${from} was not refused`,
      );
      assert.equal(await stateOf(hub), before, `a page at ${from} changed something`);
      refused += answers.length;
      await page.close();
    }
    // Whoever is logged in still is, and would have been seen to do what was tried.
    const own = await visitor.newPage();
    await own.goto(hub.url);
    assert.equal(await own.evaluate(async () => (await fetch("/v1/inboxes")).status), 200);
    assert.equal(await curl(address, "honest"), 200);
    assert.notEqual(await stateOf(hub), before);
    server.close();
    server.closeAllConnections();
    report(t, `T28 browser: ${refused} requests of hostile pages refused, 0 learnt or changed anything`);
  },
);
