import assert from "node:assert/strict";
import { test } from "node:test";

import * as a from "../../../src/kernel/archive/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";

const is = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof KernelError && error.code === code && text.test(error.message);

function schema<T>(validate: a.StandardSchema<T>["~standard"]["validate"]): a.StandardSchema<T> {
  return { "~standard": { version: 1, validate } };
}

test("K16 a validator has the last word on what was decoded, and says where", () => {
  const port = a.standard(
    a.u16,
    schema<number>((value) =>
      (value as number) > 1023 ? { value: value as number } : { issues: [{ message: "too low" }] },
    ),
  );
  const shape = a.list(a.record({ port }), 4);
  assert.deepEqual(a.decode(shape, a.encodeNew(shape, [{ port: 8080 }])), [{ port: 8080 }]);
  const low = a.encodeNew(shape, [{ port: 8080 }, { port: 80 }]);
  assert.throws(() => a.decode(shape, low), is("SerializationError", /^value\[1\]\.port .*too low/));
  const within = a.standard(
    a.record({ hosts: a.list(a.u8, 3) }),
    schema<{ readonly hosts: readonly number[] }>(() => ({
      issues: [{ message: "no", path: ["hosts", { key: 0 }] }],
    })),
  );
  assert.throws(() => a.decode(within, Uint8Array.of(0)), is("SerializationError", /\.hosts\[0\]: no/));
});

test("K16 a validator that throws spoils that message alone", () => {
  const shape = a.standard(
    a.u8,
    schema<number>(() => {
      throw new TypeError("boom");
    }),
  );
  assert.throws(() => a.decode(shape, Uint8Array.of(1)), is("SerializationError", /threw/));
});

test("K16 a validator that answers with a promise is refused, and its failure ends nothing", async () => {
  const slow = [
    () => Promise.reject(new Error("late")),
    // oxlint-disable-next-line unicorn/no-thenable -- one of the worst kind
    () => ({ then: () => assert.fail("thrown by then") }) as unknown as PromiseLike<never>,
  ];
  for (const validate of slow)
    assert.throws(
      () => a.decode(a.standard(a.u8, schema(validate)), Uint8Array.of(1)),
      is("InvalidArgument", /asynchronous/),
    );
  // An unhandled rejection would be raised by now, and fail this file.
  await new Promise((resolve) => setImmediate(resolve));
  assert.throws(() => a.standard(a.u8, {} as never), is("InvalidArgument", /Standard Schema/));
  assert.throws(
    () =>
      a.option(
        a.standard(
          a.option(a.u8),
          schema(() => ({ value: 1 })),
        ),
      ),
    is("InvalidArgument", /undefined/),
  );
});
