import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";
import type { Page } from "playwright-core";

import { chromiumMissing, curlMissing } from "../../../packages/hub/dist/test/support/needs.js";
import { lookElsewhere, shownNotifications, TestBrowser, watchNotifications } from "./support/browser.ts";
import { curl, WebHub } from "./support/web-hub.ts";

const skip = chromiumMissing || curlMissing;

/** The texts of the items that are shown, the newest first. */
const texts = (page: Page): Promise<readonly string[]> => page.locator("article.item .text").allTextContents();

/** Waits until so many items are shown. The browser looks itself, which costs less than to ask it again and again. */
async function isShown(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelectorAll("article.item .text").length === wanted, count);
}

/** Waits until a screen reader is told something. */
async function isSaid(page: Page, text: string): Promise<void> {
  await page.getByRole("status").filter({ hasText: text }).waitFor({ state: "attached" });
}

describe("the page", { skip }, () => {
  let hub: WebHub;
  let browser: TestBrowser;
  before(async () => {
    [hub, browser] = await Promise.all([WebHub.start({ network: true }), TestBrowser.open()]);
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
  });

  test("a bell is made, rung, heard and revoked, and a hub that dies is come back to", async () => {
    const visitor = await browser.visitor();
    await watchNotifications(visitor, hub.url);
    const page = await visitor.newPage();

    // The link logs in, and its code does not stay in the address.
    await page.goto(await hub.link());
    await page.getByRole("heading", { name: "me", level: 1 }).waitFor();
    assert.equal(page.url(), `${hub.url}/#items/me`);
    await page.getByText("Nothing has rung yet").waitFor();

    await page.getByRole("link", { name: "Make a bell" }).click();
    await page.getByRole("button", { name: "New bell" }).click();
    await page.getByLabel("Who or what will ring it").fill("backup");
    await page.getByLabel("Rings a minute").fill("30");
    await page.getByRole("button", { name: "Make the bell" }).click();
    const address = (await page.getByLabel("address", { exact: true }).textContent()) ?? "";
    assert.match(address, new RegExp(`^${hub.url}/b/[\\w-]{32}$`));
    assert.equal(await page.getByLabel("curl command", { exact: true }).textContent(), `curl -d "Hello" ${address}`);
    await page.getByRole("img", { name: "QR code" }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    assert.equal(await page.getByText(address).count(), 0, "the address is shown once");

    // Rung by curl, seen as it comes.
    await page.getByRole("link", { name: "Items" }).click();
    assert.equal(
      await curl(
        address,
        "Disk full",
        "Title: Alert",
        "Priority: 5",
        "Tags: nas,disk",
        "Click: https://nas.example.org/x",
      ),
      200,
    );
    const item = page.getByRole("article").filter({ hasText: "Disk full" });
    await item.getByRole("heading", { name: "Alert" }).waitFor();
    await item.getByText("backup").waitFor();
    await item.getByText("Urgent").waitFor();
    assert.deepEqual(await item.getByRole("list", { name: "Tags" }).getByRole("listitem").allTextContents(), [
      "nas",
      "disk",
    ]);
    const link = item.getByRole("link", { name: "nas.example.org" });
    assert.equal(await link.getAttribute("href"), "https://nas.example.org/x");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    await isSaid(page, "New from backup: Alert");

    // Who looks elsewhere gets a notification of the browser; who looks at the page did not.
    await page.getByRole("switch", { name: "Notifications" }).click();
    await curl(address, "seen");
    await isSaid(page, "New from backup: seen");
    const lookBack = await lookElsewhere(page);
    await curl(address, "not seen");
    await until("a notification", async () => (await shownNotifications(page)).length > 0, 60_000);
    assert.deepEqual(await shownNotifications(page), [{ title: "backup", body: "not seen" }]);

    // The hub dies and comes back at the same place, with what it had; what was rung meanwhile is caught up with.
    await hub.kill();
    await page.getByText("Offline.", { exact: true }).waitFor();
    await hub.restart();
    await curl(address, "while the page was away");
    await page.getByText("while the page was away", { exact: true }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    assert.equal(await page.getByText("Offline.", { exact: true }).count(), 0);
    assert.deepEqual(await texts(page), ["while the page was away", "not seen", "seen", "Disk full"]);

    await lookBack();

    // Revoked, its address is as one that never was.
    await page.getByRole("link", { name: "Bells" }).click();
    const bell = page.getByRole("article", { name: "backup" });
    await bell.getByText("4 rings", { exact: true }).waitFor();
    await bell.getByRole("img", { name: "4 rings in the last 48 hours" }).waitFor();
    await bell.getByRole("button", { name: "Pause" }).click();
    await bell.getByText("Paused").waitFor();
    assert.equal(await curl(address, "paused"), 403);
    await bell.getByRole("button", { name: "Resume" }).click();
    await bell.getByRole("button", { name: "Pause" }).waitFor();
    assert.equal(await curl(address, "resumed"), 200);
    await bell.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Keep it" }).click();
    assert.equal(await bell.count(), 1);
    await bell.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await bell.waitFor({ state: "detached" });
    assert.equal(await curl(address, "revoked"), 404);

    // Logged out, it shows nothing any more, nor does it after a reload.
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("You are logged out.").waitFor();
    await page.reload();
    await page.getByText("doorbell page", { exact: true }).waitFor();
    assert.equal(await page.getByRole("article").count(), 0);
    browser.assertQuiet();
  });

  test("a link works once; a session that ends says how to log in again", async () => {
    const visitor = await browser.visitor();
    const page = await visitor.newPage();
    const link = await hub.link();
    await page.goto(link);
    await page.getByRole("heading", { name: "me", level: 1 }).waitFor();
    const stranger = await (await browser.visitor()).newPage();
    await stranger.goto(link);
    await stranger.getByRole("alert").filter({ hasText: "that link was used" }).waitFor();
    await stranger.getByText("doorbell page", { exact: true }).waitFor();
    assert.equal(stranger.url(), `${hub.url}/`);
    // What the browser holds is taken away, as when it has become too old.
    await visitor.clearCookies();
    await page.getByRole("link", { name: "Bells" }).click();
    await page.getByText("The session has ended.").waitFor();
    await page.getByText("doorbell page", { exact: true }).waitFor();
    browser.assertQuiet();
  });

  test("many items: pages, search, and an inbox of one's own", async () => {
    // Counted are items of this test alone.
    await using hub = await WebHub.start();
    const { address } = await hub.newBell("ci", { perMinute: 600 });
    for (let count = 1; count <= 120; count += 1) await fetch(address, { method: "POST", body: `build ${count} done` });
    const page = await (await browser.visitor()).newPage();
    await page.goto(await hub.link());
    await page.getByText("build 120 done").waitFor();
    assert.equal((await texts(page)).length, 50);
    const older = page.getByRole("button", { name: "Older items" });
    await older.click();
    await page.getByText("build 21 done").waitFor();
    await older.click();
    await page.getByText("build 1 done").waitFor();
    assert.deepEqual(
      await texts(page),
      Array.from({ length: 120 }, (_, at) => `build ${120 - at} done`),
    );
    assert.equal(await older.count(), 0);

    await page.keyboard.press("/");
    await page.keyboard.type("BUILD 11");
    await isShown(page, 11);
    await page.getByLabel("Search items").fill("no such thing");
    await page.getByText("Nothing found").waitFor();
    await page.getByLabel("Search items").fill("");
    await isShown(page, 120);

    await page.getByRole("button", { name: "New inbox" }).click();
    await page.getByLabel("Name of the new inbox").fill("Work");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("A name is 1 to 63").waitFor();
    await page.getByLabel("Name of the new inbox").fill("work");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "work", level: 1 }).waitFor();
    assert.match((await page.getByLabel("reading key", { exact: true }).textContent()) ?? "", /^read_[\w-]{32}$/);
    await page.getByRole("button", { name: "Done" }).click();
    assert.equal(await page.getByLabel("reading key", { exact: true }).count(), 0);

    // What rings in the other inbox is counted there.
    await fetch(address, { method: "POST", body: "one more" });
    await page.reload();
    await page.getByRole("link", { name: "me 1 new" }).waitFor();
    browser.assertQuiet();
  });

  test("a page that comes back to the front asks at once what rang in the other inboxes", async () => {
    await using hub = await WebHub.start();
    const { address } = await hub.newBell("ci");
    const visitor = await browser.visitor();
    // No timer does it.
    await visitor.addInitScript(() => void Object.assign(globalThis, { setInterval: () => 0 }));
    const page = await visitor.newPage();
    await page.goto(await hub.link());
    await page.getByRole("button", { name: "New inbox" }).click();
    await page.getByLabel("Name of the new inbox").fill("work");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "work", level: 1 }).waitFor();

    await fetch(address, { method: "POST", body: "while nobody looked" });
    // A driven browser never hides a page: the event that brings it back is played.
    await page.evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));
    await page.getByRole("link", { name: "me 1 new" }).waitFor();
    browser.assertQuiet();
  });

  test("the hub's own sources are looked at, and an ad is posted", async () => {
    const page = await (await browser.visitor()).newPage();
    await page.goto(await hub.link());
    await page.getByRole("link", { name: "Classified ads" }).click();
    await page.getByRole("button", { name: "Post" }).click();
    await page.getByText("Write what the ad says.").waitFor();
    await page.getByLabel("Your ad").fill("Nice appart in the 11e.");
    await page.getByRole("button", { name: "Post" }).click();
    await page.getByRole("listitem").filter({ hasText: "Nice appart in the 11e." }).waitFor();
    await page.getByRole("link", { name: "Random numbers" }).click();
    await page.getByRole("heading", { name: "Random numbers", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Network" }).click();
    await page.getByRole("table").waitFor();
    browser.assertQuiet();
  });
});
