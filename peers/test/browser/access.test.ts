import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";

import { chromiumMissing } from "../../../packages/hub/dist/test/support/needs.js";
import { TestBrowser } from "./support/browser.ts";
import { fillShowcase } from "./support/showcase.ts";
import { WebHub } from "./support/web-hub.ts";

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** What axe finds wrong. It looks at a page that moves no more. */
async function assertAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { readonly axe: typeof axe }).axe.run();
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  assert.deepEqual(found, [], where);
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= width, `${where}: the page is ${scroll} wide, and ${width} can be seen`);
}

test(
  "everything can be used by whoever uses it, in both themes and on a phone",
  { skip: chromiumMissing },
  async () => {
    await using hub = await WebHub.start({ network: true });
    await fillShowcase(hub);
    await using browser = await TestBrowser.open();
    for (const [look, options] of Object.entries(looks)) {
      const page = await (await browser.visitor(options)).newPage();
      const menu = page.getByRole("button", { name: "Menu" });
      await page.goto(hub.url);
      await page.getByText("doorbell page", { exact: true }).waitFor();
      await assertAccessible(page, `${look}: nobody logged in`);
      await page.goto(await hub.link());
      await page.getByRole("article").first().waitFor();
      await assertAccessible(page, `${look}: items`);
      if (await menu.isVisible()) {
        await menu.click();
        await assertAccessible(page, `${look}: the menu`);
        await menu.click();
      }
      await page.getByRole("link", { name: "Bells" }).click();
      await page.getByRole("button", { name: "New bell" }).click();
      await page.getByRole("button", { name: "Make the bell" }).click();
      await page.getByText("Say who or what").waitFor();
      await assertAccessible(page, `${look}: a form with a flaw`);
      await page.getByLabel("Who or what will ring it").fill(look);
      await page.getByRole("button", { name: "Make the bell" }).click();
      await page.getByRole("heading", { name: `${look} is ready` }).waitFor();
      await page
        .getByRole("img", { name: /rings? in the last 48 hours/ })
        .first()
        .waitFor();
      await assertAccessible(page, `${look}: bells, and a new one`);
      await page.getByRole("button", { name: `Revoke ${look}`, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await assertAccessible(page, `${look}: a question`);
      await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
      if (await menu.isVisible()) await menu.click();
      await page.getByRole("link", { name: "Network" }).click();
      await page.getByRole("table").waitFor();
      await assertAccessible(page, `${look}: the network`);
      await page.context().close();
    }
    browser.assertQuiet();
  },
);

test("it can be used with the keyboard alone", { skip: chromiumMissing }, async () => {
  await using hub = await WebHub.start();
  await fillShowcase(hub);
  await using browser = await TestBrowser.open();
  const page = await (await browser.visitor()).newPage();
  await page.goto(await hub.link());
  await page.getByRole("article").first().waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "MAIN");
  await page.keyboard.press("j");
  assert.match(await focused(), /Somebody is at the door/);
  await page.keyboard.press("j");
  assert.match(await focused(), /Disk almost full/);
  await page.keyboard.press("k");
  assert.match(await focused(), /Somebody is at the door/);
  await page.keyboard.press("n");
  await page.getByLabel("Who or what will ring it").waitFor();
  await page.keyboard.type("kitchen");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "kitchen is ready" }).waitFor();
  assert.equal(await focused(), "kitchen is ready", "who made it is told at once");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
  await page.keyboard.press("i");
  assert.match(page.url(), /#bells\/me$/, "the keys are off");
  browser.assertQuiet();
});
