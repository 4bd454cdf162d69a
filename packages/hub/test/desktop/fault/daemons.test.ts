/** Against real notification daemons, on a screen and a bus of the test's own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { openDesktop } from "../../../src/desktop/desktop.ts";
import { hearing } from "../../support/hearing.ts";
import { desktopMissing } from "../../support/needs.ts";
import { TestDesktop } from "../../support/test-desktop.ts";

const text = 'Nice appart in the 11e. <b>not bold</b> & "quoted"';
const actions = [{ key: "default", label: "Show" }];
/** A daemon that a busy machine lets wait is not given up. */
const timeoutMs = 20_000;

// Side by side: each has a screen and a bus of its own, and notification-daemon takes seconds to take a pop-up away.
for (const name of ["dunst", "notification-daemon"] as const)
  describe(name, { skip: desktopMissing(name), concurrency: true }, () => {
    test(`${name}: a pop-up is seen as another client's with the same text; it is replaced, and taken away`, async () => {
      await using screen = await TestDesktop.start();
      await screen.startDaemon(name);
      await screen.popUp("ads", text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
      const expected = await screen.still();
      await screen.killDaemon();
      await screen.shows("an empty screen", (picture) => picture.isEmpty);
      await screen.startDaemon(name);
      const heard = hearing();
      await using desktop = await openDesktop({ ...heard.events, environment: screen.environment, timeoutMs });
      assert.ok(desktop.by === "dbus");
      desktop.show({ group: "ads", name: "1", summary: "ads", body: "another text" });
      const other = await screen.still();
      assert.ok(!other.equals(expected), "another text looks different");
      desktop.show({ group: "ads", name: "1", summary: "ads", body: text });
      await screen.shows("the text, in the place of the other", (picture) => picture.equals(expected));
      desktop.close("ads", "1");
      await screen.shows("an empty screen", (picture) => picture.isEmpty);
      assert.deepEqual(heard.failed, []);
    });

    test(`${name}: a click on it arrives as an action, and it is gone; a daemon that is killed is survived`, async () => {
      await using screen = await TestDesktop.start();
      await screen.startDaemon(name);
      const heard = hearing();
      await using desktop = await openDesktop({ ...heard.events, environment: screen.environment, timeoutMs });
      assert.ok(desktop.by === "dbus");
      desktop.show({ group: "ads", name: "1", summary: "ads", body: "one", actions });
      const { x, y } = await screen.still();
      await screen.click(x + 60, y + 15);
      await until("the action", () => heard.acted.length > 0);
      assert.deepEqual(
        heard.acted.map(({ popup, action }) => [popup.name, action]),
        [["1", "default"]],
      );
      await screen.shows("an empty screen", (picture) => picture.isEmpty);
      desktop.show({ group: "ads", name: "2", summary: "ads", body: "two" });
      await screen.still();
      await screen.killDaemon();
      await screen.shows("an empty screen", (picture) => picture.isEmpty);
      desktop.show({ group: "ads", name: "3", summary: "ads", body: "three" });
      await until("that it is told", () => heard.failed.length > 0);
      await screen.startDaemon(name);
      await screen.still();
      assert.deepEqual(
        heard.failed.map(({ code }) => code),
        ["NoDaemon"],
      );
      assert.equal(heard.recovered, 1);
    });

    test(`${name}: 1,000 in a second leave one bubble, that of a summary, and a daemon that lives`, async () => {
      await using screen = await TestDesktop.start();
      await screen.startDaemon(name);
      await screen.popUp("ads: 1,000 new", "ad 1000\nad 999\nad 998");
      const expected = await screen.still();
      await screen.killDaemon();
      await screen.startDaemon(name);
      const heard = hearing();
      await using desktop = await openDesktop({ ...heard.events, environment: screen.environment, timeoutMs });
      const began = performance.now();
      for (let ad = 1; ad <= 1_000; ad += 1) {
        desktop.show({ group: "ads", name: String(ad), summary: "ads", body: `ad ${ad}` });
        if (ad % 25 === 0) await new Promise((resolve) => void setTimeout(resolve, 20));
      }
      assert.ok(performance.now() - began >= 700, "they were spread");
      await screen.shows("the summary alone", (picture) => picture.equals(expected));
      // It answers another client.
      await screen.popUp("ads", "one more");
      assert.deepEqual(heard.failed, []);
    });
  });
