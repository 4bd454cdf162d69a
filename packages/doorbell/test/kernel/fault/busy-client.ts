/** A worker that sends messages of all kinds to a server, and says what came of each. It may be ended at any time. */
import assert from "node:assert/strict";

import { Random } from "@doorbell-js/test-support/seed";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { isAll } from "../support/contents.ts";

/** What a client is told. */
export interface Job {
  readonly servers: readonly SidWords[];
  readonly seed: number;
  readonly sync: boolean;
  /** Calls that ended well, calls that failed: written by the client, read by the test. */
  readonly counters: SharedArrayBuffer;
}

// No `await` at the top level: V8 aborts the whole program if a thread is ended as such a module begins (nodejs/node#62114).
void run();

async function run(): Promise<void> {
  const kernel = await Kernel.join();
  const job = kernel.data as Job;
  const random = new Random(job.seed);
  const counters = new Int32Array(job.counters);
  const connections = new Map<number, Connection>();

  for (;;) {
    const which = random.below(job.servers.length);
    try {
      let connection = connections.get(which);
      if (connection?.alive !== true) {
        connection?.disconnect();
        const sid = Sid.from(job.servers[which] ?? []);
        connection = job.sync ? kernel.connectSync(sid) : await kernel.connect(sid);
        connections.set(which, connection);
      }
      await send(connection, random, job.sync);
      Atomics.add(counters, 0, 1);
    } catch (error) {
      assert(error instanceof KernelError && error.code === "ServerNotFound", error as Error);
      Atomics.add(counters, 1, 1);
    }
  }
}

async function send(connection: Connection, random: Random, sync: boolean): Promise<void> {
  const id = random.below(1_000);
  const size = random.pick([0, 10, 500, 8_192, 20_000]);
  switch (random.below(12)) {
    case 0: {
      const words = sync ? connection.blockingScalarSync(id, [id, 2]) : await connection.blockingScalar(id, [id, 2]);
      assert.deepEqual(words, [id + 2]);
      return;
    }
    case 1: {
      const memory = new Memory(size);
      memory.bytes.fill(id);
      const back = sync ? connection.lendSync(id, memory) : await connection.lend(id, memory);
      assert.equal(back.valid, id & 255);
      assert(isAll(memory.bytes, id));
      return;
    }
    case 2: {
      const memory = new Memory(size);
      memory.bytes.fill(id);
      if (sync) connection.mutableLendSync(id, memory);
      else await connection.mutableLend(id, memory);
      assert(isAll(memory.bytes, id + 1));
      return;
    }
    case 3: {
      const memory = new Memory(size);
      memory.bytes.fill(id);
      if (sync) connection.moveSync(id, memory);
      else await connection.move(id, memory);
      return;
    }
    default:
      if (sync) connection.scalarSync(id, [id, -id]);
      else await connection.scalar(id, [id, -id]);
  }
}
