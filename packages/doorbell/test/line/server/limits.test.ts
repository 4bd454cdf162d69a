import assert from "node:assert/strict";
import { test } from "node:test";

import { completeLimits, defaultLimits, type Limits } from "../../../src/line/server/types.ts";

/** Every limit: its default, the least and the most that it can be. */
const table: Readonly<Record<keyof Limits, readonly [byDefault: number, min: number, max: number]>> = {
  connectionsMax: [20_000, 1, Infinity],
  connectionsPerAddressMax: [1_024, 1, Infinity],
  lineBytesMax: [16_384, 64, 16_384],
  pendingBytesMax: [16_384, 1, 2 ** 30],
  commandsPerSecondMax: [10_000, 1, Infinity],
  wrongKeysMax: [5, 1, Infinity],
  idleMs: [1_800_000, 1, Infinity],
  stallMs: [300_000, 1, Infinity],
  fetchMs: [10_000, 1, Infinity],
  lingerMs: [2_000, 1, 2 ** 31 - 1],
  handshakeMs: [10_000, 1, 2 ** 31 - 1],
  keepAliveMs: [60_000, 1_000, 32_767_000],
};

test("this is every limit", () => {
  assert.deepEqual(Object.keys(defaultLimits).toSorted(), Object.keys(table).toSorted());
});

for (const [name, [byDefault, min, max]] of Object.entries(table)) {
  test(`${name} is ${byDefault} by default, and can be from ${min} to ${max}`, () => {
    const given = (value: unknown): number => completeLimits({ [name]: value })[name as keyof Limits];
    assert.equal(completeLimits({})[name as keyof Limits], byDefault);
    assert.equal(given(min), min);
    assert.equal(given(max), max);
    const wrong = [
      min - 1,
      min + 0.5,
      -1,
      NaN,
      -Infinity,
      "100",
      null,
      undefined,
      100n,
      ...(max === Infinity ? [2 ** 53] : [max + 1, Infinity]),
    ];
    for (const value of wrong)
      assert.throws(
        () => given(value),
        { name: "LineError", code: "InvalidArgument", message: new RegExp(`^${name} .* from ${min} to ${max}`) },
        String(value),
      );
  });
}

test("what is given replaces its default and no other; a name that is no limit is refused", () => {
  assert.deepEqual(completeLimits({ idleMs: 30_000 }), { ...defaultLimits, idleMs: 30_000 });
  for (const name of ["idleMS", "toString", "__proto__x"])
    assert.throws(() => completeLimits({ [name]: 1 }), {
      code: "InvalidArgument",
      message: `there is no limit "${name}"`,
    });
});
