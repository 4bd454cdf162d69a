import assert from "node:assert/strict";
import { test } from "node:test";

import { bellOf, flawOfLabel, flawOfName, LIVES } from "../../src/page/core/bells-view.ts";

const form = { label: " backup ", perMinute: "60", ringsMax: "", life: "ever" };

test("a form asks for a bell", () => {
  assert.deepEqual(bellOf(form, 1_000), { bell: { label: "backup", perMinute: 60, ringsMax: null, expiresAt: null } });
  assert.deepEqual(bellOf({ ...form, perMinute: " 5 ", ringsMax: "1", life: "hour" }, 1_000), {
    bell: { label: "backup", perMinute: 5, ringsMax: 1, expiresAt: 3_601_000 },
  });
  assert.ok(Object.values(LIVES).every(({ ms }) => ms === null || ms > 0));
});

test("each field that is wrong says what to do", () => {
  const asked = bellOf({ label: " ", perMinute: "1.5", ringsMax: "0", life: "ever" }, 0);
  assert.ok("flaws" in asked);
  assert.deepEqual(Object.keys(asked.flaws).sort(), ["label", "perMinute", "ringsMax"]);
  for (const perMinute of ["", "0", "-1", "x", "1e400"])
    assert.ok("flaws" in bellOf({ ...form, perMinute }, 0), perMinute);
});

test("a label is at most 64 bytes", () => {
  assert.equal(flawOfLabel("ü".repeat(32)), undefined);
  assert.equal(flawOfLabel("ü".repeat(32) + "x"), "A label is at most 64 bytes; this one is 65.");
});

test("an inbox's name is 1 to 63 of few letters", () => {
  assert.equal(flawOfName("a".repeat(63)), undefined);
  for (const name of ["", "a".repeat(64), "Me", "a b", "ü"]) assert.ok(flawOfName(name) !== undefined, name);
});
