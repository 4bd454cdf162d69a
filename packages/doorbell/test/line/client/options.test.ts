import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, type ClientPowers, connect } from "../../../src/line/client/index.ts";
import { type ClientOptions, completeOptions } from "../../../src/line/client/options.ts";
import type { LineError } from "../../../src/line/errors.ts";
import { fails } from "../../support/client-mock.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const invalid = (name: RegExp) => (error: LineError) => error.code === "InvalidArgument" && name.test(error.message);

for (const name of ["deadlineMs", "connectMs", "rearmMs", "keepAliveMs", "backoffMs", "backoffMaxMs"] as const)
  test(`options: ${name} at its limits, and past them`, () => {
    for (const value of [1, 1.5, 2 ** 31 - 1]) assert.equal(completeOptions({ [name]: value })[name], value);
    for (const value of [
      0,
      0.5,
      -1,
      2 ** 31,
      Infinity,
      Number.NaN,
      "1" as unknown as number,
      null as unknown as number,
    ]) {
      assert.throws(
        () => completeOptions({ [name]: value }),
        invalid(new RegExp(`^${name} is`)),
        `${name}: ${String(value)}`,
      );
    }
  });

test("options: burst is one of two words", () => {
  for (const burst of ["queue", "refuse"] as const) assert.equal(completeOptions({ burst }).burst, burst);
  for (const burst of ["drop", "", null])
    assert.throws(() => completeOptions({ burst } as ClientOptions), invalid(/^burst is/));
});

test("options: the documented defaults", () => {
  const { available, received, ...defaults } = completeOptions({});
  assert.deepEqual([available, received], [{}, {}]);
  assert.deepEqual(defaults, {
    deadlineMs: 10_000,
    connectMs: 10_000,
    rearmMs: 29 * 60_000,
    keepAliveMs: 60_000,
    reconnect: true,
    backoffMs: 1_000,
    backoffMaxMs: 30_000,
    burst: "queue",
  });
});

test("options: a client is not made with a wrong one, and nothing is dialled", () => {
  const powers: ClientPowers = { dial: () => assert.fail("it dialled"), clock: new FakeClock(), random: Math.random };
  assert.throws(() => new Client(powers, { rearmMs: 0 }), invalid(/^rearmMs/));
});

test("options: connect refuses a port that is none", async () => {
  for (const port of [0, -1, 65_536, 1.5, Number.NaN]) await fails(connect({ port }), "InvalidArgument");
});
