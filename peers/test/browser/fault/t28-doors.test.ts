/** T28 of every listener of a hub, in both browsers: no page of another site says a command to any of them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test, type TestContext } from "node:test";

import { newCertificateFiles } from "@doorbell-js/test-support/certificate";
import { type Folder, newFolder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";
import { report } from "@doorbell-js/test-support/results";
import puppeteer from "puppeteer-core";

import { type Hub, type HubEvent, startHub } from "../../../../packages/hub/dist/src/hub.js";
import { connectLine } from "../../../../packages/hub/dist/test/support/line-client.js";
import { chromiumMissing, firefox, firefoxMissing } from "../../../../packages/hub/dist/test/support/needs.js";
import { TestBrowser } from "../support/browser.ts";
import { attackLine, spam } from "../support/line-attack.ts";

/** Has a hostile page try everything at an address; gives what it learnt. */
type Attack = (url: string) => Promise<readonly string[]>;

describe("T28 browsers and all doors", { skip: opensslMissing }, () => {
  let folder: Folder;
  let hub: Hub;
  let plain: number;
  let secured: number;
  let url: string;
  let bell: string;
  let ask: (path: string, body?: object) => Promise<unknown>;
  const logged: HubEvent[] = [];
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<body>hostile"));
  before(async () => {
    folder = newFolder();
    const files = newCertificateFiles(folder);
    const tls = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
    hub = await startHub({
      // A browser reaches no Unix socket; it is there as all that a hub listens at.
      listen: [{ port: 0 }, { port: 0, tls }, { path: folder.file("socket") }],
      randomPerMinute: 0,
      network: false,
      http: { host: "127.0.0.1", port: 0 },
      log: (event) => void logged.push(event),
    });
    [plain = 0, secured = 0] = hub.addresses.map((address) => ("port" in address ? address.port : 0));
    url = `http://127.0.0.1:${hub.http?.port}`;
    ask = async (path, body) => {
      const response = await fetch(url + path, {
        headers: {
          authorization: `Bearer ${hub.keys.owner.text()}`,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { method: "POST", body: JSON.stringify(body) }),
      });
      return response.json();
    };
    ({ address: bell } = (await ask("/v1/bells?inbox=1", { label: "known" })) as { address: string });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await hub[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  /** All that could be different afterwards, as somebody honest sees it. */
  async function state(): Promise<string> {
    await using client = await connectLine({ port: plain });
    const paths = ["/v1/inboxes", "/v1/bells?inbox=1", "/v1/items?inbox=1"];
    return JSON.stringify([await client.ask("classified?"), ...(await Promise.all(paths.map((path) => ask(path))))]);
  }

  async function assertNothing(t: TestContext, name: string, attacks: Attack): Promise<void> {
    const before = await state();
    const closed = (): number => logged.filter((event) => event.type === "closed" && event.reason === "http").length;
    for (const target of [`http://127.0.0.1:${plain}/`, `https://127.0.0.1:${secured}/`]) {
      const heard = closed();
      assert.deepEqual(await attacks(target), [], `${target} told something`);
      assert.equal(await state(), before, `${name} changed something at ${target}`);
      assert.ok(
        closed() - heard >= 10,
        `only ${closed() - heard} requests of ${name} came to ${target} and were closed`,
      );
    }
    const learnt = await Promise.all([bell, `${bell}/publish?message=spam`, `${url}/v1/ads`].map(attacks));
    assert.deepEqual(learnt.flat(), [], `${url} told something`);
    assert.equal(await state(), before, `${name} changed something at ${url}`);
    report(t, `T28 doors: ${name}, the line, its TLS and HTTP: 0 of what a hostile page sent was done`);
  }

  const page = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  test("Chromium", { skip: chromiumMissing }, async (t) => {
    await using browser = await TestBrowser.open();
    const hostile = await (await browser.visitor({ ignoreHTTPSErrors: true })).newPage();
    await hostile.goto(page());
    await assertNothing(t, "Chromium", (url) => hostile.evaluate(attackLine, { url, spam }));
  });

  test("Firefox", { skip: firefoxMissing }, async (t) => {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: firefox,
      acceptInsecureCerts: true,
      userDataDir: folder.file("firefox"),
      env: { ...process.env, HOME: folder.path },
    });
    try {
      const hostile = await browser.newPage();
      await hostile.goto(page());
      await assertNothing(t, "Firefox", (url) => hostile.evaluate(attackLine, { url, spam }));
    } finally {
      await browser.close();
    }
  });
});
