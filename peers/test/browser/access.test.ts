import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";

import { chromiumMissing } from "../../../packages/hub/dist/test/support/needs.js";
import { TestBrowser } from "./support/browser.ts";
import { fillShowcase } from "./support/showcase.ts";
import { WebHub } from "./support/web-hub.ts";

type Theme = "light" | "dark";

interface Screen {
  readonly options: BrowserContextOptions;
  /** Each place on the way is looked at in all of them. */
  readonly themes: readonly Theme[];
}

const screens: Readonly<Record<string, Screen>> = {
  desk: { options: {}, themes: ["dark", "light"] },
  phone: { options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, themes: ["light"] },
};

/** Asserts that axe finds nothing wrong. It looks at a page that moves no more. */
async function assertFlawless(page: Page, where: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
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

describe("access", { skip: chromiumMissing }, () => {
  let hub: WebHub;
  let browser: TestBrowser;
  before(async () => {
    [hub, browser] = await Promise.all([WebHub.start({ network: true }), TestBrowser.open()]);
    await fillShowcase(hub);
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
  });

  test("everything can be used by whoever uses it, in both themes and on a phone", async () => {
    for (const [look, { options, themes }] of Object.entries(screens)) {
      const page = await (await browser.visitor(options)).newPage();
      const assertAccessible = async (where: string): Promise<void> => {
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme });
          await assertFlawless(page, `${look}, ${colorScheme}: ${where}`);
        }
      };
      const menu = page.getByRole("button", { name: "Menu" });
      await page.goto(hub.url);
      await page.getByText("doorbell page", { exact: true }).waitFor();
      await assertAccessible("nobody logged in");
      await page.goto(await hub.link());
      await page.getByRole("article").first().waitFor();
      await assertAccessible("items");
      if (await menu.isVisible()) {
        await menu.click();
        await assertAccessible("the menu");
        await menu.click();
      }
      await page.getByRole("link", { name: "Bells" }).click();
      await page.getByRole("button", { name: "New bell" }).click();
      await page.getByRole("button", { name: "Make the bell" }).click();
      await page.getByText("Say who or what").waitFor();
      await assertAccessible("a form with a flaw");
      await page.getByLabel("Who or what will ring it").fill(look);
      await page.getByRole("button", { name: "Make the bell" }).click();
      await page.getByRole("heading", { name: `${look} is ready` }).waitFor();
      await page
        .getByRole("img", { name: /rings? in the last 48 hours/ })
        .first()
        .waitFor();
      await assertAccessible("bells, and a new one");
      await page.getByRole("button", { name: `Revoke ${look}`, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await assertAccessible("a question");
      await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
      if (await menu.isVisible()) await menu.click();
      await page.getByRole("link", { name: "Network" }).click();
      await page.getByRole("table").waitFor();
      await assertAccessible("the network");
      await page.context().close();
    }
    browser.assertQuiet();
  });

  test("it can be used with the keyboard alone", async () => {
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
});
