import assert from "node:assert/strict";
import { test } from "node:test";

import { DesktopWorld, turn } from "../support/desktop-world.ts";

const actions = [
  { key: "default", label: "Show" },
  { key: "open", label: "Open" },
];

test("an action that was chosen is told, with its pop-up, and the bubble is closed", async () => {
  const world = new DesktopWorld();
  world.show("1", { actions });
  await turn();
  world.core.activation(1, "token-1");
  world.core.acted(1, "open");
  await turn();
  assert.deepEqual(world.acted, [
    {
      popup: { group: "ads", name: "1", summary: "ads", body: "1", actions },
      action: "open",
      activationToken: "token-1",
    },
  ]);
  await world.advance(299);
  assert.deepEqual(world.daemon.told, ["ads|1|0"], "most daemons close it by themselves");
  await world.advance(1);
  assert.deepEqual(world.daemon.told, ["ads|1|0", "close 1"]);
});

test("a daemon that closes it by itself is not told to", async () => {
  const world = new DesktopWorld();
  world.show("1", { actions });
  await turn();
  world.core.closed(1, "dismissed");
  world.core.acted(1, "open");
  await turn();
  assert.deepEqual(world.acted, []);
  world.show("2", { actions });
  await turn();
  world.core.acted(2, "open");
  world.core.closed(2, "dismissed");
  await turn();
  assert.equal(world.acted.length, 1);
  assert.equal(world.closed.length, 2);
  await world.advance(1_000);
  assert.deepEqual(world.daemon.told, ["ads|1|0", "ads|2|0"]);
});

test("other programs' bubbles, and actions that were not offered, are nobody's", async () => {
  const world = new DesktopWorld();
  world.show("1", { actions });
  world.show("2");
  await turn();
  world.core.acted(77, "open");
  world.core.acted(1, "evil");
  world.core.acted(2, "open");
  world.core.closed(77, "dismissed");
  await turn();
  assert.deepEqual(world.acted, []);
  assert.deepEqual(world.closed, []);
});

test("a token is for its own bubble, and no more than a token", async () => {
  for (const [id, token] of [
    [2, "token"],
    [1, "a b"],
    [1, "a\nb"],
    [1, "x".repeat(513)],
    [1, ""],
  ] as const) {
    const world = new DesktopWorld();
    world.show("1", { actions });
    await turn();
    world.core.activation(id, token);
    world.core.acted(1, "open");
    assert.equal(world.acted[0]?.activationToken, undefined);
  }
  const world = new DesktopWorld();
  world.show("1", { actions });
  await turn();
  world.core.activation(1, "x".repeat(512));
  world.core.acted(1, "open");
  assert.equal(world.acted[0]?.activationToken, "x".repeat(512));
});

test("what is told before the number is known is told on; of others it is not kept", async () => {
  const world = new DesktopWorld();
  world.show("0");
  await turn();
  world.daemon.isAutomatic = false;
  world.show("1", { actions });
  await turn();
  for (let event = 0; event < 15; event += 1) world.core.closed(1_000 + event, "dismissed");
  world.core.acted(5, "open");
  // One more than is kept.
  world.core.closed(5, "dismissed");
  world.daemon.last.answer(5);
  await turn();
  assert.equal(world.acted.length, 1);
  assert.equal(world.closed.length, 0);
});

test("a daemon that gives two bubbles one number has one bubble", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1", { actions });
  world.show("2", { actions });
  await turn();
  for (const answer of [undefined, 4, 4]) {
    world.daemon.last.answer(answer);
    await turn();
  }
  world.core.acted(4, "open");
  assert.deepEqual(
    world.acted.map(({ popup }) => popup.body),
    ["2"],
  );
});

test("a handler that throws breaks nothing", async () => {
  const world = new DesktopWorld();
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warned);
  world.acted.push = () => {
    throw new Error("of the handler");
  };
  world.show("1", { actions });
  await turn();
  world.core.acted(1, "open");
  world.show("2");
  await turn();
  process.off("warning", warned);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ["of the handler"],
  );
  assert.equal(world.daemon.told.at(-1), "ads|2|0");
});
