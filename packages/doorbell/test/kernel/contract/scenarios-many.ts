import assert from "node:assert/strict";

import { isAll } from "../support/contents.ts";
import { received } from "./forms.ts";
import type { Scenario } from "./scenarios.ts";

const isCode = (code: string) => (error: { code?: string }) => error.code === code;

/** In line, at the most that goes in line and one past it, and large. */
const sizes = [0, 1, 1_000, 8_192, 8_193, 300_000];

/** What goes many at once, and what goes as a copy. */
export const many: Readonly<Record<string, Scenario>> = {
  "K9 scalars that are sent many at once can be received many at once, and nothing is passed over": {
    queueMax: 32,
    async serve(server, form) {
      const words = new Float64Array(4 * 7);
      let next = 0;
      let lastOf = -1;
      for await (const message of received(server, form)) {
        if (message.kind === "blockingScalar") {
          message.answer(next);
          continue;
        }
        assert(message.kind === "scalar");
        assert.deepEqual(message.words, [next, -next, next / 3, message.id]);
        next += 1;
        for (let count = 1; (count = server.tryReceiveScalars(message, words)) > 0;) {
          for (let at = 0; at < count * 4; at += 4) {
            assert.deepEqual([...words.subarray(at, at + 4)], [next, -next, next / 3, message.id]);
            next += 1;
          }
        }
        if (message.id === lastOf) continue;
        lastOf = message.id;
        assert.throws(() => server.tryReceiveScalars(message, new Float64Array(3)), isCode("InvalidArgument"));
        assert.throws(() => server.tryReceiveScalars(message, [] as never), isCode("InvalidArgument"));
        assert.throws(() => server.tryReceiveScalars({ ...message }, words), isCode("InvalidArgument"));
      }
      assert.equal(next, 2_000);
    },
    async use(caller) {
      let next = 0;
      for (let chunk = 0; next < 2_000; chunk += 1) {
        const id = chunk % 3;
        const count = Math.min(1 + (chunk % 50), 2_000 - next);
        const numbers = Array.from({ length: count }, (_, at) => next + at);
        const words = Float64Array.from(numbers.flatMap((number) => [number, -number, number / 3, id]));
        const taken = caller.connection.tryScalars(id, words);
        assert(typeof taken === "number");
        for (let at = taken * 4; at < words.length; at += 4) await caller.scalar(id, ...words.subarray(at, at + 4));
        next += count;
        if (chunk % 9 === 8) assert.deepEqual(await caller.ask(7), [next]);
      }
    },
  },

  "K15 a copy that is moved is the receiver's, and the bytes stay their sender's": {
    queueMax: 4,
    async serve(server, form) {
      let next = 0;
      for await (using message of received(server, form)) {
        if (message.kind === "blockingScalar") message.answer(next);
        if (message.kind !== "move") continue;
        assert.equal(message.offset, next);
        assert.equal(message.bytes.length, message.valid);
        assert.equal(message.bytes.buffer.byteLength, message.valid);
        assert(isAll(message.bytes, next));
        message.bytes.fill(0xee);
        next += 1;
      }
    },
    async use(caller) {
      let next = 0;
      for (const size of [...sizes, 500, 500, 500, 500, 500, 500, 500, 500]) {
        const own = new Uint8Array(size + 10).subarray(3, 3 + size).fill(next);
        await caller.moveCopy(1, own, { offset: next, valid: size });
        assert(isAll(own, next));
        own.fill(0xdd);
        next += 1;
      }
      const shared = new Uint8Array(new SharedArrayBuffer(100)).fill(next);
      await caller.moveCopy(1, shared, { offset: next, valid: 100 });
      assert.deepEqual(await caller.ask(2), [next + 1]);
      await assert.rejects(caller.moveCopy(1, [1] as never), isCode("InvalidArgument"));
      await assert.rejects(caller.moveCopy(-1, shared), isCode("InvalidArgument"));
      await assert.rejects(caller.moveCopy(1, shared, { valid: Number.NaN }), isCode("InvalidArgument"));
    },
  },
};
