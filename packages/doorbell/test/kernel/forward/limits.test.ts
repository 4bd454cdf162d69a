/** K20 to K22 at their limits: what cannot be passed on says why, and stays where it is, to be answered. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { acquaint, asked, type Chain, inChain, scalarOf } from "./chain.ts";

/** A word or two on what is passed on, and how it is sent. */
const kinds: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
  scalar: (connection) => connection.scalar(1, [5]),
  "blocking scalar": (connection) => connection.blockingScalar(1, [5]),
  lend: (connection) => connection.lend(1, new Memory(10)),
  "mutable lend": (connection) => connection.mutableLend(1, new Memory(10)),
  move: (connection) => connection.move(1, new Memory(10)),
};

/** What every failure has to leave: a message that its receiver can answer. */
async function answers({ answer, message }: Awaited<ReturnType<typeof asked>>): Promise<void> {
  message.answer(77);
  assert.deepEqual(await answer, [77], "a message that was not passed on is answered");
}

/** Fails as it should in every form. */
async function fails(message: Message, over: Connection, id: number, expected: object): Promise<void> {
  await assert.rejects(message.forward(over, id), expected);
  assert.throws(() => message.forwardSync(over, id, { timeoutMs: 0 }), expected);
  const { code, detail } = expected as { readonly code: string; readonly detail?: string };
  if (detail === undefined && code !== "DoubleFree") assert.equal(message.tryForward(over, id), code);
  else assert.throws(() => message.tryForward(over, id), expected);
}

describe("passing on, at its limits", () => {
  for (const [kind, send] of Object.entries(kinds))
    test(`a ${kind} is passed on eight times, and not nine`, { timeout: 60_000 }, () =>
      inChain(128, async ({ caller, forwarder, target, outer, inner, toOuter, toInner }) => {
        const back = await target.connect(outer.sid);
        const sent = send(toOuter);
        let message: Message = await outer.receive();
        for (let depth = 1; depth <= 8; depth += 1) {
          const isThere = depth % 2 === 1;
          assert.equal(message.sender, depth === 1 ? caller.thread : isThere ? target.thread : forwarder.thread);
          await message.forward(isThere ? toInner : back, depth);
          message = await (isThere ? inner : outer).receive();
          assert.equal(message.id, depth);
        }
        await fails(message, toInner, 9, { code: "Deadlock", detail: "depth" });
        if (message.kind === "blockingScalar") message.answer(3);
        else message[Symbol.dispose]();
        const answer = await sent;
        if (kind === "blocking scalar") assert.deepEqual(answer, [3]);
      }),
    );

  test("a call does not go back to the thread that made it", { timeout: 60_000 }, () =>
    inChain(128, async (chain) => {
      const own = await chain.caller.createServer();
      const back = await chain.forwarder.connect(own.sid);
      const call = await asked(chain);
      await fails(call.message, back, 1, { code: "Deadlock", detail: "cycle" });
      await answers(call);
      // What nobody waits for may go anywhere.
      await chain.toOuter.scalar(1, [4]);
      await (await chain.outer.receive()).forward(back, 2);
      assert.equal((await own.receive()).id, 2);
    }),
  );

  const unusable: Readonly<Record<string, (chain: Chain) => Promise<readonly [Connection, number, string]>>> = {
    "a connection that was closed": async ({ toInner }) => {
      toInner.disconnect();
      return await Promise.resolve([toInner, 1, "ServerNotFound"]);
    },
    "a server that was destroyed": async ({ toInner, inner }) => {
      inner.destroy();
      await toInner.ended;
      return [toInner, 1, "ServerNotFound"];
    },
    "a server whose thread has ended": async ({ toInner, target }) => {
      await target.leave();
      await toInner.ended;
      return [toInner, 1, "ServerNotFound"];
    },
    "an id that does not pass the opcode": async ({ inner, forwarder }) => {
      const { sid } = await inner.narrow({ opcodes: [2] });
      return [await forwarder.connect(sid), 1, "AccessDenied"];
    },
  };
  for (const [what, end] of Object.entries(unusable))
    for (const isFirst of [true, false])
      test(`${what}: ${isFirst ? "the first call" : "a later call"} stays`, { timeout: 60_000 }, () =>
        inChain(128, async (chain) => {
          if (!isFirst) await acquaint(chain);
          const call = await asked(chain);
          const [over, id, code] = await end(chain);
          await fails(call.message, over, id, { code });
          await answers(call);
          if (code === "AccessDenied")
            await until(
              "each denial is counted",
              () => chain.inner.tryReceive() !== undefined || chain.inner.denied === 3,
            );
        }),
      );

  test("arguments that cannot be are refused, and the message stays", { timeout: 60_000 }, () =>
    inChain(128, async (chain) => {
      const call = await asked(chain);
      const code = { code: "InvalidArgument" };
      await assert.rejects(call.message.forward(chain.toInner, -1), code);
      await assert.rejects(call.message.forward(chain.toInner, 2 ** 32), code);
      await assert.rejects(call.message.forward({} as Connection, 1), code);
      await assert.rejects(call.message.forward(undefined as unknown as Connection, 1), code);
      await assert.rejects(call.message.forward(chain.toInner, 1, { timeoutMs: -1 }), code);
      assert.throws(() => call.message.forwardSync(chain.toInner, 1, { timeoutMs: Number.NaN }), code);
      assert.throws(() => call.message.tryForward(chain.toInner, 0.5), code);
      await answers(call);
    }),
  );

  test("a full queue: tryForward takes nothing, forward waits in line", { timeout: 60_000 }, () =>
    inChain(2, async (chain) => {
      const { toOuter, toInner, outer, inner } = chain;
      await acquaint(chain);
      for (const word of [1, 2]) assert.equal(toInner.tryScalar(10, [word]), undefined);
      const memory = Memory.copyOf(Uint8Array.of(1, 2, 3));
      const lent = toOuter.mutableLend(3, memory, { valid: 3 });
      lent.catch(() => {});
      const lend = await outer.receive();
      assert(lend.kind === "mutableLend");
      assert.equal(lend.tryForward(toInner, 3), "ServerQueueFull");
      assert.deepEqual([...lend.bytes, lend.valid], [1, 2, 3, 3]);
      const call = await asked(chain, 4);
      assert.equal(call.message.tryForward(toInner, 4), "ServerQueueFull");

      const line = [toInner.scalar(11), lend.forward(toInner, 3), toInner.scalar(12), call.message.forward(toInner, 4)];
      assert.equal((await asked(chain, 5)).message.tryForward(toInner, 5), "ServerQueueFull");
      const came: number[] = [];
      for (let left = 6; left > 0; left -= 1) {
        const message = await inner.receive({ timeoutMs: 20_000 });
        came.push(message.id);
        if (message.kind === "blockingScalar") message.answer(9);
        if (message.kind === "mutableLend") {
          message.bytes.fill(7);
          message.answer();
        }
      }
      assert.deepEqual(came, [10, 10, 11, 3, 12, 4], "first come, first served");
      await Promise.all(line);
      assert.deepEqual(await lent, { offset: undefined, valid: 3 });
      assert.deepEqual([...memory.bytes], [7, 7, 7]);
      assert.deepEqual(await call.answer, [9]);
    }),
  );

  for (const isFirst of [true, false])
    test(`deadline and signal: ${isFirst ? "no way yet" : "no room"}`, { timeout: 60_000 }, () =>
      inChain(1, async (chain) => {
        if (!isFirst) {
          await acquaint(chain);
          assert.equal(chain.toInner.tryScalar(10), undefined);
        }
        const call = await asked(chain);
        const unsent = { code: "Timeout", detail: "unsent" };
        if (!isFirst) await assert.rejects(call.message.forward(chain.toInner, 1, { timeoutMs: 0 }), unsent);
        if (!isFirst) assert.throws(() => call.message.forwardSync(chain.toInner, 1, { timeoutMs: 0 }), unsent);
        await assert.rejects(call.message.forward(chain.toInner, 1, { signal: AbortSignal.abort("before") }), /before/);
        const stop = new AbortController();
        const passing = call.message.forward(chain.toInner, 1, { signal: stop.signal });
        stop.abort(new Error("meanwhile"));
        await assert.rejects(passing, /meanwhile/);
        await answers(call);
        assert.equal(chain.inner.tryReceive()?.id, isFirst ? undefined : 10);
      }),
    );

  test("a message is its program's, or waits, or is gone: once", { timeout: 60_000 }, () =>
    inChain(1, async (chain) => {
      const { toInner, inner } = chain;
      await acquaint(chain);
      assert.equal(toInner.tryScalar(10), undefined);
      const call = await asked(chain);
      const { message } = call;
      const gone = { code: "DoubleFree", detail: "forwarded" };
      const passing = message.forward(toInner, 2);
      for (const state of ["waits", "is gone"]) {
        await fails(message, toInner, 2, gone);
        assert.throws(() => message.answer(1), gone, state);
        if (state === "is gone") break;
        await inner.receive();
        await passing;
      }
      message[Symbol.dispose]();
      scalarOf(await inner.receive()).answer(8);
      assert.deepEqual(await call.answer, [8]);

      const answered = await asked(chain);
      answered.message.answer(1);
      await fails(answered.message, toInner, 1, { code: "DoubleFree" });
      assert.equal(inner.tryReceive(), undefined);
    }),
  );

  test("a view that is opened while the message waits keeps it here", { timeout: 60_000 }, () =>
    inChain(1, async (chain) => {
      await acquaint(chain);
      assert.equal(chain.toInner.tryScalar(10), undefined);
      const lent = chain.toOuter.lend(1, new Memory(4));
      const message = await chain.outer.receive();
      assert(message.kind === "lend");
      const passing = message.forward(chain.toInner, 1);
      const view = message.view();
      await chain.inner.receive();
      await assert.rejects(passing, { code: "MemoryInUse" });
      view[Symbol.dispose]();
      message.answer({ offset: 6 });
      assert.deepEqual(await lent, { offset: 6, valid: undefined });
    }),
  );

  test("dropped while it waits: it goes all the same; if it cannot go, it is dropped then", { timeout: 60_000 }, () =>
    inChain(1, async (chain) => {
      const { toInner, inner } = chain;
      await acquaint(chain);
      assert.equal(toInner.tryScalar(10), undefined);
      const goes = await asked(chain);
      const going = goes.message.forward(toInner, 2);
      goes.message[Symbol.dispose]();
      await inner.receive();
      await going;
      const there = scalarOf(await inner.receive());

      // The place is taken by the call that is not answered yet.
      const stays = await asked(chain);
      const staying = stays.message.forward(toInner, 2, { timeoutMs: 1 });
      stays.message[Symbol.dispose]();
      await assert.rejects(staying, { code: "Timeout" });
      await assert.rejects(stays.answer, { code: "Unanswered" });

      // Deferred, it is kept: however often it cannot go.
      const kept = await asked(chain);
      kept.message.defer();
      const keeping = kept.message.forward(toInner, 2, { timeoutMs: 1 });
      kept.message[Symbol.dispose]();
      await assert.rejects(keeping, { code: "Timeout" });
      await assert.rejects(kept.message.forward(toInner, 2, { timeoutMs: 1 }), { code: "Timeout" });
      assert.equal(kept.message.owed, true, "a message that was kept is dropped by a later failure");
      await answers(kept);
      there.answer(5);
      assert.deepEqual(await goes.answer, [5]);
    }),
  );
});
