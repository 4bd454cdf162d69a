import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";

import { openDesktop } from "../../../src/desktop/desktop.ts";
import { unsafe } from "../../support/assert.ts";
import { startDaemon } from "../../support/bus-daemon.ts";
import { bareEnvironment, bin } from "../../support/doorbell.ts";
import { hostileItems, startHostileHub } from "../../support/hostile-hub.ts";
import { MockBusDaemon, type Notified } from "../../support/mock-bus-daemon.ts";
import { dbusMissing, notifySendMissing } from "../../support/needs.ts";
import { Program } from "../../support/program.ts";

/** Texts that are harmless until something reads them as more: notify-send does so with a backslash. */
const more = ["\\033[2J \\x1b \\n FORGED \\u202e", "--help", "-p", "<b>b</b><img src='file:///etc/passwd'/>&#27;&lt;"];
const items = [...hostileItems, ...more];

function assertHarmless({ summary, body, actions, hints, icon }: Notified, isMarkup: boolean): void {
  for (const text of [summary, body.replaceAll("\n", ""), ...actions, icon, ...Object.values(hints).map(String)]) {
    const found = unsafe.exec(text);
    assert.equal(found, null, `U+${found?.[0].codePointAt(0)?.toString(16)} at the desktop in ${JSON.stringify(text)}`);
  }
  const plain = isMarkup ? body.replaceAll(/&(amp|lt|gt);/g, "&") : body;
  for (const [text, charactersMax] of [
    [summary, 100],
    [plain, 402],
    ...actions.map((label) => [label, 64] as const),
  ] as const)
    assert.ok(Array.from(text).length <= charactersMax, `a text at the desktop is not bounded: ${text}`);
  if (isMarkup) assert.doesNotMatch(body, /<|>|&(?!(amp|lt|gt);)/, "markup at the desktop");
}

describe("T29", { skip: dbusMissing }, () => {
  for (const names of [["body", "body-markup", "actions"], ["body"]])
    test(`no hostile text acts on a desktop that can show ${names.join(", ")}`, async () => {
      await using bus = await startDaemon();
      await using daemon = await MockBusDaemon.on(bus.address);
      daemon.capabilities = { signature: "as", body: [names] };
      await using desktop = await openDesktop({ environment: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
      assert.ok(desktop.by === "dbus");
      for (const [index, item] of items.entries()) {
        const actions = [{ key: "open", label: item }];
        desktop.show({ group: `g${index}`, summary: item, body: item, actions });
        const notified = await daemon.receives(index + 1);
        assertHarmless(notified, names.includes("body-markup"));
        if (item === more[3] && !names.includes("body-markup"))
          assert.equal(notified.body, item, "where there is no markup, text is shown as it is");
        desktop.close(`g${index}`);
      }
    });

  test("nor by notify-send", { skip: notifySendMissing }, async () => {
    // Where the bus cannot be reached from Node, but by notify-send.
    const address = `unix:abstract=doorbell-${randomUUID()}`;
    await using bus = await startDaemon(address);
    await using daemon = await MockBusDaemon.on(bus.address);
    const environment = { PATH: process.env["PATH"], DBUS_SESSION_BUS_ADDRESS: address };
    await using desktop = await openDesktop({ environment });
    assert.equal(desktop.by, "notify-send");
    for (const [index, item] of items.entries()) {
      desktop.show({ group: `g${index}`, summary: item, body: item });
      const notified = await daemon.receives(index + 1);
      assertHarmless(notified, true);
      assert.doesNotMatch(notified.body, /^\n|FORGED.*\n/, "a line that the text did not have");
    }
  });

  test("nor by doorbell watch --desktop, of a hostile hub; what it says itself acts on nothing", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using hub = await startHostileHub();
    const env = bareEnvironment({ DBUS_SESSION_BUS_ADDRESS: bus.address });
    daemon.answer = ({ summary }, number) =>
      summary === "random" ? { error: "org.example.E", text: "\u001b[2J\u202e" } : { signature: "u", body: [number] };
    await using watch = new Program(process.execPath, [bin, "watch", "--desktop", "--port", String(hub.port)], env);
    await watch.until("all tricks, and the last connection", () =>
      watch.stderr.slice(watch.stderr.indexOf("goodbye")).includes("is back."),
    );
    watch.signal("SIGINT");
    assert.equal((await watch.ended).code, 0);
    assert.ok(daemon.notified.length >= 4);
    for (const notified of daemon.notified) assertHarmless(notified, true);
    assert.ok(daemon.notified.some(({ summary }) => summary === `classified: ${hostileItems.length} new`));
    assert.doesNotMatch(watch.stderr, unsafe);
    assert.match(watch.stderr, /a pop-up was refused: .*\\x1b\[2J\\u202e/);
    assert.equal(watch.stdout, "");
  });
});
