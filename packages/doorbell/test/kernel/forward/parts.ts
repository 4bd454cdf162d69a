import assert from "node:assert/strict";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { Caller, type Form } from "../contract/forms.ts";
import { isAll, isRuled, ruledMemory } from "../support/contents.ts";

/** What one thread plays: who calls, who passes on, or who serves. */
export interface Part {
  readonly part: "call" | "pass" | "serve";
  readonly form: Form;
  /** The server that is called, or passed on to; and the one that this part makes. */
  readonly to?: SidWords | undefined;
  readonly own?: SidWords | undefined;
}

/** Opcodes that differ by this between the two servers. */
const shift = 100;
const last = 50;
/** In line, at the most that goes in line and one past it, and large. */
const sizes = [0, 1, 1_000, 8_192, 8_193, 200_000];

export async function playPart(kernel: Kernel, { part, form, to, own }: Part): Promise<void> {
  if (part === "serve") {
    using server = await kernel.createServer({ sid: Sid.from(own ?? []) });
    return await serve(server, form);
  }
  using connection = await kernel.connect(Sid.from(to ?? []), { timeoutMs: 20_000 });
  if (part === "call") return await call(new Caller(connection, form));
  using server = await kernel.createServer({ sid: Sid.from(own ?? []) });
  return await pass(server, connection, form);
}

async function next(server: ServerHandle, form: Form): Promise<Message> {
  return form === "sync" ? server.receiveSync() : await server.receive();
}

async function pass(server: ServerHandle, connection: Connection, form: Form): Promise<void> {
  for (;;) {
    const message = await next(server, form);
    if (message.kind === "lend") {
      using view = message.view();
      assert.equal(view.bytes.length, message.valid);
      const code = { code: "MemoryInUse" };
      assert.throws(() => message.tryForward(connection, 1), code);
      assert.throws(() => message.forwardSync(connection, 1), code);
      await assert.rejects(message.forward(connection, 1), code);
    }
    if (form === "sync") message.forwardSync(connection, message.id + shift);
    else await message.forward(connection, message.id + shift);
    assert.throws(() => message.tryForward(connection, 1), { code: "DoubleFree" });
    if (message.kind === "blockingScalar") assert.throws(() => message.answer(1), { code: "DoubleFree" });
    message[Symbol.dispose]();
    if (message.id === last) return;
  }
}

async function serve(server: ServerHandle, form: Form): Promise<void> {
  const scalars: number[] = [];
  let moved = 0;
  for (;;) {
    const message = await next(server, form);
    const id = message.id - shift;
    if (message.kind === "scalar") scalars.push(...message.words);
    else if (message.kind === "move") {
      assert(isRuled(message.bytes));
      moved += message.bytes.length + (message.offset ?? 0);
    } else if (message.kind === "blockingScalar") {
      if (id === last) return message.answer(moved);
      if (id === 1) message.answer(message.words[0] + 0.5);
      else if (id === 2) message.answer(message.sender, 2);
      else if (id === 3) message.answer(...message.words, id);
      else if (id === 4) message.answer(scalars.splice(0).reduce((sum, word) => sum + word, 0));
      else message[Symbol.dispose]();
    } else {
      assert(isRuled(message.bytes));
      message.bytes.fill(9);
      message.valid = 77;
      if (id === 11) message.answer({ offset: 5 });
      else message[Symbol.dispose]();
    }
  }
}

async function call(caller: Caller): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual([...(await caller.ask(1, round))], [round + 0.5]);
    assert.equal((await caller.ask(2)).length, 2);
    assert.deepEqual(
      [...(await caller.ask(3, Number.NaN, -0, Infinity, 2 ** 53))],
      [Number.NaN, -0, Infinity, 2 ** 53, 3],
    );
    await assert.rejects(caller.ask(9), { code: "Unanswered" });
    for (const size of sizes) {
      const memory = ruledMemory(size);
      assert.deepEqual(await caller.lend(10, memory, { offset: -1, valid: size }), { offset: -1, valid: 77 });
      assert(isRuled(memory.bytes), "a lend changed");
      assert.deepEqual(await caller.mutableLend(11, memory), { offset: 5, valid: 77 });
      assert(isAll(memory.bytes, 9) && memory.bytes.length === size);
    }
    await caller.scalar(20, 1, 2, 3, 4);
    await caller.scalar(20, 5);
    assert.deepEqual([...(await caller.ask(4))], [15]);
    for (const size of sizes) await caller.move(30, ruledMemory(size), { offset: 1 });
  }
  const moved = sizes.reduce((sum, size) => sum + size + 1, 0) * 3;
  assert.deepEqual([...(await caller.ask(last))], [moved]);
}
