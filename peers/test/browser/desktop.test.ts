import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { chromiumMissing, curlMissing, desktopMissing } from "../../../packages/hub/dist/test/support/needs.js";
import { TestDesktop } from "../../../packages/hub/dist/test/support/test-desktop.js";
import { lookElsewhere, TestBrowser } from "./support/browser.ts";
import { curl, WebHub } from "./support/web-hub.ts";

const skip = chromiumMissing || curlMissing || desktopMissing("dunst");

/** That of a notification of the daemon, and of nothing else on the screen. */
const BACKGROUND = "224466";

test("a notification stands on the desktop, and a click on it leads to the page", { skip }, async () => {
  await using desktop = await TestDesktop.start();
  await desktop.startDaemon("dunst");
  await using hub = await WebHub.start();
  const { address } = await hub.newBell("front door");
  await using browser = await TestBrowser.open({ env: desktop.environment });
  const visitor = await browser.visitor({ viewport: null });
  await visitor.grantPermissions(["notifications"], { origin: hub.url });
  const page = await visitor.newPage();
  await page.goto(await hub.link());
  const button = page.getByRole("button", { name: "Menu" });
  if (await button.isVisible()) await button.click();
  await page.getByRole("switch", { name: "Notifications" }).click();
  await page.goto(`${hub.url}/#bells/me`);
  await page.getByRole("article", { name: "front door" }).waitFor();
  await lookElsewhere(page);
  assert.equal(await curl(address, "Somebody is at the door."), 200);
  await desktop.shows("a notification", (picture) => picture.count(BACKGROUND) > 1_000);
  await desktop.click(640, 25);
  await until("the items", () => page.url().endsWith("#items/me"), 60_000);
  await page.getByText("Somebody is at the door.", { exact: true }).waitFor();
  browser.assertQuiet();
});
