/** A worker with one server that checks and answers all that comes. It may be ended at any time. */
import assert from "node:assert/strict";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { isAll } from "../support/contents.ts";

// No `await` at the top level: V8 aborts the whole program if a thread is ended as such a module begins (nodejs/node#62114).
void run();

async function run(): Promise<void> {
  const kernel = await Kernel.join();
  const { sid, sync, counters } = kernel.data as {
    readonly sid: SidWords;
    readonly sync: boolean;
    readonly counters: SharedArrayBuffer;
  };
  const received = new Int32Array(counters);
  const server = sync
    ? kernel.createServerSync({ sid: Sid.from(sid) })
    : await kernel.createServer({ sid: Sid.from(sid) });

  if (sync) {
    for (;;) answer(server.receiveSync({ timeoutMs: 600_000 }), received);
  } else {
    for await (const message of server) answer(message, received);
  }
}

function answer(message: Message, received: Int32Array): void {
  Atomics.add(received, 0, 1);
  switch (message.kind) {
    case "scalar":
      return assert.deepEqual(message.words.slice(0, 2), [message.id, -message.id]);
    case "blockingScalar":
      assert.equal(message.words[0], message.id);
      return message.answer(message.words[0] + message.words[1]);
    case "move":
      assert(isAll(message.bytes, message.id));
      return message[Symbol.dispose]();
    default:
      assert(isAll(message.bytes, message.id));
      if (message.kind === "mutableLend") message.bytes.fill(message.id + 1);
      return message.answer({ valid: message.id & 255 });
  }
}
