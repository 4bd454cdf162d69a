import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Client, connect } from "../../../src/line/client/client.ts";
import { type ClientOptions, type ClientPowers, completeOptions } from "../../../src/line/client/connect.ts";
import type { LineError } from "../../../src/line/errors.ts";
import { bench, fails } from "../../support/client-mock.ts";

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
    key: undefined,
    after: undefined,
    burst: "queue",
  });
});

test("options: a key and a number at their limits, and past them; no message has the key", () => {
  for (const key of ["k", "~".repeat(255)]) assert.equal(completeOptions({ key }).key, key);
  for (const key of ["", "two words", "clé_secrète", "x".repeat(256), "secret\nline"])
    assert.throws(
      () => completeOptions({ key }),
      (error: LineError) => invalid(/^a key is/)(error) && (key === "" || !inspect(error).includes(key)),
    );
  for (const after of [0, 2 ** 53 - 1]) assert.equal(completeOptions({ key: "k", after }).after, after);
  for (const after of [-1, 0.5, 2 ** 53, Number.NaN, "1" as unknown as number])
    assert.throws(() => completeOptions({ key: "k", after }), invalid(/^after is/));
  assert.throws(() => completeOptions({ after: 1 }), invalid(/^after is .* goes with a key/));
});

test("options: a client is not made with a wrong one, and nothing is dialled", () => {
  const powers: ClientPowers = { dial: () => assert.fail("it dialled"), clock: new FakeClock(), random: Math.random };
  assert.throws(() => new Client(powers, { rearmMs: 0 }), invalid(/^rearmMs/));
});

test("options: connect refuses a port that is none", async () => {
  for (const port of [0, -1, 65_536, 1.5, Number.NaN]) await fails(connect({ port }), "InvalidArgument");
  // These are ports: that nothing is dialled is the signal's doing.
  const signal = AbortSignal.abort(new Error("not now"));
  for (const port of [1, 65_535]) await fails(connect({ port, signal }), "Aborted");
});

/** As a caller in JavaScript may write them: each is refused by a message that begins like this. */
const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
  [5, /^options are an object, not 5/],
  [null, /^options are an object, not null/],
  [{ prot: 6789 }, /^there is no option "prot"; there are: host port tls /],
  [{ hasOwnProperty: true }, /^there is no option "hasOwnProperty"/],
  [{ port: "6789" }, /^port is a number, not a string/],
  [{ host: 5 }, /^host is a string/],
  [{ tls: "yes" }, /^tls is a boolean or an object/],
  [{ signal: 5 }, /^signal is an object/],
  [{ reconnect: "no" }, /^reconnect is a boolean/],
  [{ received: { randm: () => {} } }, /^there is no option "received.randm"; there are: random classified$/],
  [{ received: { random: 5 } }, /^received.random is a function, not a number/],
  [{ received: () => {} }, /^received is an object, not a function/],
  [{ available: { random: 5 } }, /^available.random is a function, not a number/],
  [{ available: { Random: () => {} } }, /^available.Random: a source's name is/],
  [{ available: [() => {}] }, /^available.0: a source's name is/],
  [{ key: 5 }, /^key is a string, not a number/],
];

for (const [options, message] of wrong)
  test(`options: what there is not, or is not of its type, is refused: ${String(message)}`, async () => {
    const check = (error: LineError): boolean => invalid(message)(error);
    await assert.rejects(connect(options as ClientOptions), check);
    const { prot, host, port, tls, signal } = (options ?? {}) as Record<string, unknown>;
    if ([prot, host, port, tls, signal].every((address) => address === undefined))
      assert.throws(() => completeOptions(options as ClientOptions), check);
  });

test("options: an address is none of a client that is given its dial; what is undefined is as if not given", () => {
  assert.throws(() => completeOptions({ port: 6789 } as ClientOptions), invalid(/^there is no option "port"/));
  const none = {
    deadlineMs: undefined,
    received: undefined,
    available: undefined,
    burst: undefined,
    reconnect: undefined,
  };
  assert.deepEqual(completeOptions({ ...(none as object), available: { random: undefined as never } }), {
    ...completeOptions({}),
    available: { random: undefined },
  });
});

test("options: those of notify are checked too: by a name misspelt the mode would be about all sources", async () => {
  const stand = await bench();
  for (const [options, message] of [
    ["random", /^options are an object, not random/],
    [["random"], /^there is no option "0"; there are: sources signal$/],
    [{ source: ["random"] }, /^there is no option "source"/],
    [{ sources: "random" }, /^sources is an object, not a string/],
    [{ sources: {} }, /^sources is a list of names/],
  ] as const)
    await assert.rejects(stand.client.notify(options as object), invalid(message));
  assert.deepEqual(stand.wire.heard(), []);
});
