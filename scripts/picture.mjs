/**
 * `node scripts/picture.mjs`: takes docs/page.png, the picture of the page in the README, of a hub with an ordinary day's bells
 * and items. It takes the Debian package chromium, and `npm ci --prefix peers`.
 */
import { statSync } from "node:fs";
import { join } from "node:path";

import { arePeersInstalled, needsPeers, ready, root } from "./ready.mjs";

/** What the picture may weigh. */
const BYTES_MAX = 150_000;

if (!arePeersInstalled()) throw new Error(`The picture ${needsPeers}`);
ready();
const tests = join(root, "peers/dist/browser/support");
const { TestBrowser } = await import(join(tests, "browser.js"));
const { fillShowcase } = await import(join(tests, "showcase.js"));
const { WebHub } = await import(join(tests, "web-hub.js"));

const file = join(root, "docs/page.png");
const hub = await WebHub.start({ network: true });
const browser = await TestBrowser.open();
try {
  await fillShowcase(hub);
  const size = { width: 1060, height: 700 };
  const page = await (await browser.visitor({ viewport: size, colorScheme: "light" })).newPage();
  await page.goto(await hub.link());
  await page.getByRole("article").first().waitFor();
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  await page.screenshot({ path: file });
  browser.assertQuiet();
} finally {
  await browser[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
}
const bytes = statSync(file).size;
if (bytes > BYTES_MAX) throw new Error(`${file} has ${bytes} bytes, and may have ${BYTES_MAX}: make it smaller`);
process.stdout.write(`docs/page.png: ${bytes} bytes\n`);
