import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { chromiumMissing } from "../../../../packages/hub/dist/test/support/needs.js";
import { TestBrowser } from "../support/browser.ts";
import { WebHub } from "../support/web-hub.ts";

/** What others may say, and a page must not do. */
const texts = [
  `<img src=x onerror="globalThis.broken = 1">`,
  `<script>globalThis.broken = 1</script>`,
  `</p></article></ol><iframe src="/"></iframe>`,
  `"><svg onload=globalThis.broken=1>`,
  `{{constructor.constructor('globalThis.broken=1')()}}`,
  "javascript:globalThis.broken=1",
  "&lt;b&gt; &#60;script&#62;",
  "invoice\u202efdp.exe",
  "\u2066isolated\u2067 \u2068for ever",
  "\u202b\u202a\u202d\u202e",
  "zero\u200bwidth\ufeff \u2060joined",
  "tagged \u{e0041}\u{e0042}",
  "event: item\ndata: {}\n\nid: 99",
  "\u05e9\u05dc\u05d5\u05dd <b>\u05e2\u05d5\u05dc\u05dd</b>",
];

/** Turns or hides the text around it. */
const unsafe = /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u{e0000}-\u{e007f}]/u;

test("T29 page: whatever is said is shown as text, and ends where it ends", { skip: chromiumMissing }, async (t) => {
  await using hub = await WebHub.start();
  let count = 0;
  for (const text of texts) {
    const [title = ""] = text.split("\n");
    const { address } = await hub.newBell(title.slice(0, 20));
    const body = JSON.stringify({ message: text, title, tags: [title.slice(0, 16), "x"] });
    const { status } = await fetch(address, { method: "POST", body, headers: { "content-type": "application/json" } });
    assert.equal(status, 200, JSON.stringify(text));
    count += 1;
    const link = JSON.stringify({ message: "x", click: "javascript:globalThis.broken=1" });
    const refused = await fetch(address, {
      method: "POST",
      body: link,
      headers: { "content-type": "application/json" },
    });
    assert.equal(refused.status, 400);
  }
  await using browser = await TestBrowser.open();
  const page = await (await browser.visitor()).newPage();
  await page.goto(await hub.link());
  await until("all of them", async () => (await page.locator("article.item").count()) === count, 60_000);
  for (const place of ["items", "bells"]) {
    await page.goto(`${hub.url}/#${place}/me`);
    await page
      .locator(place === "items" ? "article.item" : "article.ring")
      .nth(count - 1)
      .waitFor();
    const seen = await page.evaluate(() => ({
      text: document.body.textContent,
      elements: document.querySelectorAll("img, iframe, article script, article svg[onload], [onerror]").length,
      links: [...document.querySelectorAll("a")].map(({ protocol }) => protocol),
      broken: "broken" in globalThis,
    }));
    assert.doesNotMatch(seen.text, unsafe);
    assert.match(seen.text, /invoice\\u202efdp\.exe/);
    assert.match(seen.text, /<img src=x onerror/);
    assert.equal(seen.elements, 0);
    assert.equal(seen.broken, false);
    assert.deepEqual(
      seen.links.filter((protocol) => protocol !== "http:"),
      [],
    );
  }
  // What is turned by its own letters alone does not turn what stands beside it.
  const isolated = await page.evaluate(() =>
    [...document.querySelectorAll("bdi, [dir=auto]")].every((element) =>
      getComputedStyle(element).unicodeBidi.includes("isolate"),
    ),
  );
  assert.ok(isolated);
  browser.assertQuiet();
  report(t, `T29 page: ${count} hostile texts shown as text, 0 elements, 0 scripts, 0 turned`);
});
