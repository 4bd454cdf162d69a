import assert from "node:assert/strict";

import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

import { chromium as executablePath } from "../../../../packages/hub/dist/test/support/needs.js";

/** A name that leads to this machine in the test's browser, and to nobody else. */
export const HOSTILE_HOST = "hostile.example";

export interface BrowserOptions {
  /** Shown on that screen; without it there is none. */
  readonly env?: NodeJS.ProcessEnv;
}

/** On a screen it leaves room for notifications. */
const windowArgs = ["--window-position=0,300", "--window-size=780,280"];

/** A real browser that reaches this machine alone. It notes what its pages ask for, and what they complain of. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #asked = new Set<string>();
  readonly #complaints: string[] = [];

  static async open({ env }: BrowserOptions = {}): Promise<TestBrowser> {
    const rules = `MAP ${HOSTILE_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
    const browser = await chromium.launch({
      executablePath,
      headless: env === undefined,
      // As root there is no sandbox to be had.
      args: ["--no-sandbox", `--host-resolver-rules=${rules}`, ...windowArgs],
      ...(env === undefined ? {} : { env }),
    });
    return new TestBrowser(browser);
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Somebody's browser, with cookies of its own. */
  async visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ locale: "en-GB", timezoneId: "Europe/Paris", ...options });
    // These machines may be busy with much else.
    context.setDefaultTimeout(60_000);
    context.on("request", (request) => void this.#asked.add(new URL(request.url()).hostname));
    context.on("weberror", (error) => void this.#complaints.push(String(error.error().stack)));
    context.on("console", (message) => {
      // A refused or lost request is told there too: those are what tests are about.
      const isTold = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !isTold) this.#complaints.push(message.text());
    });
    return context;
  }

  /** Nothing was asked of another machine, and no page complained. */
  assertQuiet(): void {
    assert.deepEqual(
      [...this.#asked].filter((host) => !["127.0.0.1", HOSTILE_HOST].includes(host)),
      [],
    );
    assert.deepEqual(this.#complaints, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** A notification as the browser has shown it. */
export interface Shown {
  readonly title: string;
  readonly body: string;
}

/** Lets the browser show notifications of a site, and notes what it shows; they stay the browser's own. */
export async function watchNotifications(context: BrowserContext, origin: string): Promise<void> {
  await context.grantPermissions(["notifications"], { origin });
  await context.addInitScript(() => {
    if (!("Notification" in globalThis)) return;
    const world = globalThis as unknown as {
      Notification: new (title: string, options: object) => EventTarget & Shown;
    };
    const shown: Shown[] = [];
    class Watched extends world.Notification {
      constructor(title: string, options: object) {
        super(title, options);
        this.addEventListener("show", () => void shown.push({ title: this.title, body: this.body }));
      }
    }
    Object.assign(globalThis, { Notification: Watched, shownNotifications: shown });
  });
}

export function shownNotifications(page: Page): Promise<readonly Shown[]> {
  return page.evaluate(() => (globalThis as unknown as { readonly shownNotifications: Shown[] }).shownNotifications);
}

/**
 * Whoever sits there looks at something else: a driven browser would say that the page is in front for ever. Resolves to a
 * function that brings the page back: a page that nobody sees draws once a second at most, so each click on it takes seconds.
 */
export async function lookElsewhere(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const other = await page.context().newPage();
  await other.bringToFront();
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  return async () => {
    await session.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    await other.close();
    await page.bringToFront();
  };
}
