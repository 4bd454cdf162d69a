/** From whoever posts an ad to what a person sees: the hub, the watch and a real notification daemon. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { LineServer, MemorySource } from "@doorbell-js/doorbell/line";
import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { startDaemon } from "../../support/bus-daemon.ts";
import { BusPeer } from "../../support/bus-peer.ts";
import { bin, packageFolder, startHubProcess } from "../../support/doorbell.ts";
import { InboxHub, ringBell } from "../../support/inbox-hub.ts";
import { connectLine } from "../../support/line-client.ts";
import { MockBusDaemon } from "../../support/mock-bus-daemon.ts";
import { dbusMissing, desktopMissing } from "../../support/needs.ts";
import { Program } from "../../support/program.ts";
import { TestDesktop } from "../../support/test-desktop.ts";

const ITEMS = 16;

test("an ad that is posted is seen, with its text", { skip: desktopMissing("dunst") }, async (t) => {
  await using screen = await TestDesktop.start();
  await screen.startDaemon("dunst");
  await screen.popUp("classified", "Nice appart in the 11e.");
  const expected = await screen.still();
  await screen.killDaemon();
  await screen.startDaemon("dunst");
  await using hub = await startHubProcess();
  const args = [bin, "watch", ...hub.at, "--desktop", "--source", "classified", "--json"];
  await using watch = new Program(process.execPath, args, screen.environment);
  await using client = await connectLine(hub);
  // Seen from the side, as it passes over the bus.
  await using witness = await BusPeer.on(screen.bus.address);
  await witness.callBus("AddMatch", "s", ["eavesdrop='true',type='method_call',member='Notify'"]);
  const watches = async (): Promise<boolean> => (await client.ask("post first")) === "OK";
  assert.ok(await watches());
  await watch.line(0);
  await screen.still();
  await screen.killDaemon();
  await screen.startDaemon("dunst");
  const [before, began] = [witness.calls.length, performance.now()];
  await client.ask("post Nice appart in the 11e.");
  await until("the pop-up on the bus", () => witness.calls.length > before);
  const published = performance.now();
  await screen.shows("the ad", (picture) => picture.equals(expected));
  report(t, `desktop: an ad posted, its pop-up at dunst after ${(published - began).toFixed(1)} ms`);
  assert.match(watch.lines.at(-1) as string, /"item":"Nice appart in the 11e\."/);
  watch.signal("SIGINT");
  assert.equal((await watch.ended).code, 0);
  assert.equal(watch.stderr, "");
});

test("what is rung at a bell is seen, under its title", { skip: desktopMissing("dunst") }, async () => {
  await using screen = await TestDesktop.start();
  await screen.startDaemon("dunst");
  await screen.popUp("Backup", "12 GB in 7 min");
  const expected = await screen.still();
  await screen.killDaemon();
  await screen.startDaemon("dunst");
  await using hub = await InboxHub.start();
  const address = await hub.newBell("nas");
  const env = { ...screen.environment, ...hub.environment };
  await using watch = new Program(process.execPath, [bin, "watch", "--inbox", "--desktop"], env);
  await ringBell(address, "12 GB in 7 min", { Title: "Backup" });
  await screen.shows("the item", (picture) => picture.equals(expected));
  assert.equal(watch.stdout + watch.stderr, "");
});

test("08-desktop: the number of a hub is seen", { skip: desktopMissing("dunst") }, async () => {
  await using screen = await TestDesktop.start();
  await screen.startDaemon("dunst");
  await using hub = await startHubProcess();
  await using client = await connectLine(hub);
  await screen.popUp("random", await client.ask("random?"));
  const expected = await screen.still();
  await screen.killDaemon();
  await screen.startDaemon("dunst");
  const example = join(packageFolder, "../../examples/dist/08-desktop.js");
  await using program = new Program(process.execPath, [example, "127.0.0.1", `${hub.port}`], screen.environment);
  await screen.shows("the number", (picture) => picture.equals(expected));
  assert.equal(program.stdout + program.stderr, "");
});

test("how long an item takes from its source to the daemon", { skip: dbusMissing }, async (t) => {
  await using bus = await startDaemon();
  await using daemon = await MockBusDaemon.on(bus.address);
  // Each of a source of its own: at that pace, items of one are summarised.
  const sources = Object.fromEntries(Array.from({ length: ITEMS }, (_, index) => [`s${index}`, new MemorySource()]));
  const server = new LineServer({ sources });
  const { port } = await server.listen({ port: 0 });
  try {
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus.address };
    await using watch = new Program(process.execPath, [bin, "watch", "--desktop", "--json", "--port", `${port}`], env);
    const times: number[] = [];
    for (const [index, source] of Object.values(sources).entries()) {
      const began = performance.now();
      source.push(`item ${index}`);
      times.push((await daemon.receives(index + 1)).at - began);
      await watch.line(index);
    }
    // The first waited for the watch to begin.
    const sorted = times.slice(1).sort((a, b) => a - b);
    const [median, most] = [sorted[ITEMS / 2 - 1], sorted.at(-1)];
    report(
      t,
      `desktop: from source to daemon, ${ITEMS - 1} items: median ${median?.toFixed(1)} ms, at most ${most?.toFixed(1)} ms`,
    );
  } finally {
    await server.close();
  }
});
