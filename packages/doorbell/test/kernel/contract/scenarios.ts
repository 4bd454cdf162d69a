import assert from "node:assert/strict";

import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { isAll, isRuled, ruledMemory } from "../support/contents.ts";
import { type Caller, type Form, received } from "./forms.ts";
import { many } from "./scenarios-many.ts";
import { narrowed } from "./scenarios-narrowed.ts";

/** Both ends of something the kernel promises. */
export interface Scenario {
  readonly queueMax?: number;
  serve(server: ServerHandle, form: Form, kernel: Kernel): Promise<void>;
  use(caller: Caller, kernel: Kernel): Promise<void>;
}

const numbers = [
  0,
  -0,
  1.5,
  -1,
  2 ** 53,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Infinity,
  -Infinity,
  Number.NaN,
  0xffffffff,
];
/** In line, at the most that goes in line and one past it, and large. */
const sizes = [0, 1, 1_000, 8_192, 8_193, 300_000];

const isCode = (code: string) => (error: { code?: string }) => error.code === code;

export const scenarios: Readonly<Record<string, Scenario>> = {
  "K7 words are numbers, passed exactly; opcodes are u32": {
    async serve(server, form) {
      for await (const message of received(server, form)) {
        assert(message.kind === "blockingScalar");
        message.answer(...message.words, message.id);
      }
    },
    async use(caller) {
      for (const number of numbers) {
        assert.deepEqual(await caller.ask(0xffffffff, 1, number, 3, number), [1, number, 3, number, 0xffffffff]);
      }
      await assert.rejects(caller.ask(2 ** 32), isCode("InvalidArgument"));
      await assert.rejects(caller.ask(-1), isCode("InvalidArgument"));
      for (const id of [1n, "1", null, [1], true])
        await assert.rejects(caller.ask(id as unknown as number), isCode("InvalidArgument"));
      await assert.rejects(caller.ask(0, 1, 2, 3, 4, 5), isCode("InvalidArgument"));
      await assert.rejects(caller.ask(0, "1" as unknown as number), isCode("InvalidArgument"));
    },
  },

  "K9 one connection's messages of every kind arrive in the order sent": {
    async serve(server, form) {
      let next = 0;
      for await (using message of received(server, form)) {
        assert.equal(message.id, next % 900);
        next += 1;
        if (message.kind === "blockingScalar") message.answer(next);
      }
      assert.equal(next, 3_000);
    },
    async use(caller) {
      for (let sent = 0; sent < 3_000; sent += 1) {
        const id = sent % 900;
        if (sent % 50 === 49) assert.deepEqual(await caller.ask(id), [sent + 1]);
        else if (sent % 7 === 3) await caller.move(id, ruledMemory(sent % 3 === 0 ? 9_000 : sent % 300));
        else await caller.scalar(id);
      }
    },
  },

  "K12 the envelope tells the sender's thread": {
    async serve(server, form) {
      for await (const message of received(server, form))
        if (message.kind === "blockingScalar") message.answer(message.sender);
    },
    async use(caller, kernel) {
      assert.deepEqual(await caller.ask(1), [kernel.thread]);
    },
  },

  "K13 an answer is 1, 2 or 5 numbers, given once; a wrong one does not use the right up": {
    async serve(server, form) {
      for await (const message of received(server, form)) {
        assert(message.kind === "blockingScalar");
        const wrong = message as unknown as { answer(...words: unknown[]): void };
        assert.throws(() => wrong.answer(), isCode("InvalidArgument"));
        assert.throws(() => wrong.answer(1, 2, 3), isCode("InvalidArgument"));
        assert.throws(() => wrong.answer("1"), isCode("InvalidArgument"));
        assert.equal(message.owed, true);
        if (message.id === 1) message.answer(1);
        else if (message.id === 2) message.answer(1, 2);
        else message.answer(1, 2, 3, 4, 5);
        assert.equal(message.owed, false);
        assert.throws(() => message.answer(9), isCode("DoubleFree"));
        message[Symbol.dispose]();
      }
    },
    async use(caller) {
      assert.deepEqual(await caller.ask(1), [1]);
      assert.deepEqual(await caller.ask(2), [1, 2]);
      assert.deepEqual(await caller.ask(5), [1, 2, 3, 4, 5]);
    },
  },

  "K13 an answer of another kind to a lend does not use the right up": {
    async serve(server, form) {
      for await (using message of received(server, form)) {
        assert(message.kind === "lend" || message.kind === "mutableLend");
        const wrong = message as unknown as { answer(...words: unknown[]): void };
        for (const words of [7, "s", null, true, [1], new Uint8Array(2), { ofset: 1 }, { offset: "1" }, { valid: NaN }])
          assert.throws(() => wrong.answer(words), isCode("InvalidArgument"));
        assert.equal(message.owed, true);
        message.answer({ offset: 5 });
        assert.equal(message.owed, false);
      }
    },
    async use(caller) {
      const memory = ruledMemory(3);
      assert.deepEqual(await caller.lend(1, memory, { valid: 3 }), { offset: 5, valid: 3 });
      assert.deepEqual(await caller.mutableLend(2, memory, { valid: 2 }), { offset: 5, valid: 2 });
    },
  },

  "K13 answers may be given later, in any order": {
    async serve(server, form) {
      const kept: Message[] = [];
      for await (using message of received(server, form)) {
        if (message.kind === "blockingScalar") kept.push(message.defer());
        if (message.kind !== "scalar") continue;
        for (const late of kept.toReversed()) if (late.kind === "blockingScalar") late.answer(late.id);
      }
    },
    async use({ connection }) {
      const answers = [connection.blockingScalar(1), connection.blockingScalar(2), connection.blockingScalar(3)];
      connection.scalarSync(0);
      assert.deepEqual(await Promise.all(answers), [[1], [2], [3]]);
    },
  },

  "K14 a call that is dropped comes back: a scalar as Unanswered, memory as it is": {
    async serve(server, form) {
      for await (using message of received(server, form)) {
        if (message.kind === "lend" || message.kind === "mutableLend") {
          message.bytes.fill(9);
          message.valid = 77;
        }
      }
    },
    async use(caller) {
      await assert.rejects(caller.ask(1), isCode("Unanswered"));
      const memory = ruledMemory(3);
      assert.deepEqual(await caller.lend(2, memory, { offset: 5, valid: 3 }), { offset: 5, valid: 77 });
      assert.deepEqual([...memory.bytes], [0, 7, 14]);
      assert.deepEqual(await caller.mutableLend(2, memory, { offset: 5 }), { offset: 5, valid: 77 });
      assert.deepEqual([...memory.bytes], [9, 9, 9]);
    },
  },

  "K15 lent memory is a copy, comes back, and only a mutable lend changes": {
    async serve(server, form) {
      for await (const message of received(server, form)) {
        assert(message.kind === "lend" || message.kind === "mutableLend");
        assert.equal(message.bytes.buffer.byteLength, message.bytes.length);
        assert(isRuled(message.bytes));
        message.bytes.fill(1);
        message.answer({ valid: message.bytes.length });
        assert.throws(() => message.answer(), isCode("DoubleFree"));
      }
    },
    async use(caller) {
      for (const size of sizes) {
        const memory = ruledMemory(size);
        assert.deepEqual(await caller.lend(1, memory), { offset: undefined, valid: size });
        assert(isRuled(memory.bytes));
        assert.deepEqual(await caller.mutableLend(2, memory), { offset: undefined, valid: size });
        assert(isAll(memory.bytes, 1) && memory.byteLength === size);
      }
      const memory = ruledMemory(4);
      const lent = caller.connection.lend(1, memory);
      assert.throws(() => memory.bytes, isCode("ShareViolation"));
      await assert.rejects(caller.connection.move(1, memory), isCode("ShareViolation"));
      await lent;
      assert.equal(memory.bytes.length, 4);
    },
  },

  "K15 moved memory is lost to its sender, and its receiver's": {
    async serve(server, form) {
      for await (using message of received(server, form)) {
        if (message.kind === "blockingScalar") message.answer(1);
        if (message.kind !== "move") continue;
        assert.equal(message.bytes.length, message.valid);
        using memory = message.take();
        assert(isRuled(memory.bytes));
        assert.throws(() => message.bytes, isCode("ShareViolation"));
      }
    },
    async use(caller) {
      for (const size of sizes) {
        const memory = ruledMemory(size);
        await caller.move(1, memory, { valid: size });
        assert.throws(() => memory.bytes, isCode("ShareViolation"));
        await assert.rejects(caller.move(1, memory), isCode("ShareViolation"));
        assert.equal(memory.byteLength, 0);
      }
      await caller.ask(2);
    },
  },

  "K10 a full queue refuses a try, which takes nothing, and lets others wait": {
    queueMax: 4,
    async serve(server, form) {
      let kept: Message | undefined;
      for await (const message of received(server, form)) {
        if (message.kind !== "blockingScalar") continue;
        // The first is kept: its place is taken until it is answered.
        if (kept === undefined) kept = message;
        else {
          message.answer(message.id);
          if (message.id === 9 && kept.kind === "blockingScalar") kept.answer(5);
        }
      }
    },
    async use({ connection }) {
      const first = connection.blockingScalar(5);
      const memory = ruledMemory(10);
      let taken = 0;
      while (connection.tryScalar(1) === undefined) taken += 1;
      // One place is the call's; the server may have received scalars meanwhile, and made room by that.
      assert(taken >= 3);
      for (;;) {
        const failure = connection.tryMove(1, memory);
        if (failure !== "ServerQueueFull") break;
        assert.equal(memory.bytes.length, 10);
        await new Promise(setImmediate);
      }
      assert.throws(() => memory.bytes, isCode("ShareViolation"));
      const rest = Array.from({ length: 20 }, async () => await connection.scalar(2));
      await Promise.all(rest);
      assert.deepEqual(await connection.blockingScalar(9), [9]);
      assert.deepEqual(await first, [5]);
    },
  },

  "K8 a call that timed out is no other call's answer": {
    async serve(server, form) {
      const late: Message[] = [];
      for await (const message of received(server, form)) {
        if (message.kind !== "blockingScalar") continue;
        if (message.id === 1) late.push(message);
        else {
          for (const old of late.splice(0)) if (old.kind === "blockingScalar") old.answer(-1);
          message.answer(message.id);
        }
      }
    },
    async use({ connection }) {
      await assert.rejects(connection.blockingScalar(1, [], { timeoutMs: 5 }), isCode("Timeout"));
      assert.throws(() => connection.blockingScalarSync(1, [], { timeoutMs: 5 }), isCode("Timeout"));
      const stopped = AbortSignal.timeout(5);
      await assert.rejects(connection.blockingScalar(1, [], { signal: stopped }), { name: "TimeoutError" });
      assert.deepEqual(await Promise.all([2, 3, 4].map((id) => connection.blockingScalar(id))), [[2], [3], [4]]);
    },
  },

  "K17 destroying refuses while answers are owed; by force, those who wait fail": {
    async serve(server, form) {
      for await (const message of received(server, form)) {
        if (message.id !== 3) continue;
        assert.throws(() => server.destroy(), isCode("ServerQueueFull"));
        server.destroy({ force: true });
        return;
      }
    },
    async use({ connection }) {
      const waiting = [connection.blockingScalar(1), connection.lend(2, ruledMemory(5)), connection.blockingScalar(3)];
      for (const one of waiting) await assert.rejects(one, isCode("ServerNotFound"));
      while (connection.alive) await new Promise(setImmediate);
      await assert.rejects(connection.scalar(1), isCode("ServerNotFound"));
      assert.equal(connection.tryScalar(1), "ServerNotFound");
      assert.throws(() => connection.scalarSync(1), isCode("ServerNotFound"));
    },
  },

  ...many,
  ...narrowed,
};
