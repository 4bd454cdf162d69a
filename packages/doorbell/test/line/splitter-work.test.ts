import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { LineSplitter } from "../../src/line/splitter.ts";

type Method = (this: never, ...args: never[]) => unknown;

/** Puts `make(original)` in a method's place until the test is over. (The runner's own mocks keep every call: millions here.) */
function instead(
  context: TestContext,
  owner: object,
  name: string,
  make: (original: Method) => (this: never, ...args: never[]) => unknown,
): void {
  const methods = owner as Record<string, Method>;
  const original = methods[name] as Method;
  methods[name] = make(original);
  context.after(() => (methods[name] = original));
}

/** Counts the bytes that are copied, searched or moved by what the splitter is made of. */
function countWork(context: TestContext): () => number {
  let work = 0;
  instead(
    context,
    Buffer.prototype,
    "copy",
    (copy) =>
      function (...args) {
        const copied = copy.apply(this, args) as number;
        work += copied;
        return copied;
      },
  );
  for (const owner of [Buffer.prototype, String.prototype])
    instead(
      context,
      owner,
      "indexOf",
      (indexOf) =>
        function (this: { readonly length: number }, ...args) {
          const found = indexOf.apply(this as never, args) as number;
          work += (found === -1 ? this.length : found) - ((args[1] as number | undefined) ?? 0) + 1;
          return found;
        },
    );
  instead(
    context,
    Array.prototype,
    "shift",
    (shift) =>
      function (this: unknown[], ...args) {
        work += this.length;
        return shift.apply(this as never, args);
      },
  );
  return () => work;
}

const MiB = 2 ** 20;

/** Long lines, so that each is put together from many chunks. */
function stream(bytes: number): Buffer {
  const line = Buffer.from(`${"x".repeat(15_990)} é\n`);
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / line.length) }, () => line)).subarray(0, bytes);
}

for (const readsLate of [false, true])
  for (const chunkBytes of [1, 3, 1_000, MiB])
    test(`the work is linear in the bytes: chunks of ${chunkBytes}, read ${readsLate ? "when all has come" : "as they come"}`, (context) => {
      const work = countWork(context);
      const spent = [1, 2].map((size) => {
        const before = work();
        const bytes = stream(size * MiB);
        const splitter = new LineSplitter();
        let lines = 0;
        const read = (): void => {
          for (let line = splitter.next(); line !== undefined; line = splitter.next()) lines += 1;
        };
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          splitter.push(bytes.subarray(at, at + chunkBytes));
          if (!readsLate) read();
        }
        read();
        assert.equal(lines, Math.floor(bytes.length / 15_994));
        return work() - before;
      });
      const [one = 0, two = 0] = spent;
      assert.ok(one >= MiB, `the work was counted: ${one}`);
      // Each byte is searched once, copied once, and copied again as its buffer doubles (once, on average); with room for one more.
      assert.ok(one <= 6 * MiB, `1 MiB took ${one}`);
      assert.ok(two <= 2.1 * one, `2 MiB took ${two}, 1 MiB ${one}`);
    });
