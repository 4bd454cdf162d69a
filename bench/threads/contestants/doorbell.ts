import {
  type Connection,
  encode,
  Kernel,
  Memory,
  type ServerHandle,
  Sid,
  type SpawnedThread,
} from "@doorbell-js/doorbell/kernel";

import type { Part } from "../peers/doorbell.ts";
import { Id } from "../peers/opcodes.ts";
import { readingShape } from "../values/shape.ts";
import { buffersMax, type Contestant, peer } from "./contestant.ts";

/** Memory of this length at most is copied into the ring, and so can be filled again at once. */
const copiedMax = 32_768;
/** Room for any reading that is sent. */
const readingMax = 131_072;

/**
 * Ours: a server that blocks, or that awaits in its event loop. For memory it has a thread of its own, whose queue is of
 * the default length: how many buffers are on their way at once is a matter of the cache.
 */
export async function doorbell(blocks: boolean, slots = 1_024): Promise<Contestant> {
  const kernel = await Kernel.start({ ring: { slots, bytes: 65_536 } });
  const back = await kernel.createServer({ queueMax: slots });
  const threads: SpawnedThread[] = [];
  const connect = async (queueMax: number): Promise<Connection> => {
    const sid = Sid.random();
    const data: Part = { blocks, sid: sid.words(), back: back.sid.words(), queueMax };
    threads.push(await kernel.spawn(peer("doorbell"), { data }));
    return await kernel.connect(sid);
  };
  const connection = await connect(slots);
  const memories = await connect(128);
  const scratch = new Uint8Array(readingMax);
  return {
    name: blocks ? "doorbell" : "doorbell (awaiting server)",
    async oneWay(count) {
      const words = [1, 2, 3, 4];
      for (let sent = 0; sent < count; sent += 1)
        if (connection.tryScalar(Id.take, words) !== undefined) connection.scalarSync(Id.take, words);
      await connection.blockingScalar(Id.echo);
    },
    async batches(count) {
      const words = new Float64Array(64 * 4).fill(1);
      for (let left = count; left > 0;) {
        const taken = connection.tryScalars(Id.takeMany, words.subarray(0, 4 * Math.min(64, left)));
        if (typeof taken === "string") throw new Error(taken);
        left -= taken;
        if (taken === 0) {
          connection.scalarSync(Id.takeMany, [1, 1, 1, 1]);
          left -= 1;
        }
      }
      await connection.blockingScalar(Id.echo);
    },
    callSync: (number) => connection.blockingScalarSync(Id.echo, [number]),
    call: async (number) => await connection.blockingScalar(Id.echo, [number]),
    async moved(count, bytes) {
      for (let sent = 0; sent < count; sent += 1) {
        const memory = new Memory(bytes);
        memory.bytes.fill(sent);
        memories.moveSync(Id.take, memory);
      }
      await memories.blockingScalar(Id.echo);
    },
    async movedAgain(count, bytes) {
      if (bytes <= copiedMax) {
        const own = new Uint8Array(bytes);
        for (let sent = 0; sent < count; sent += 1) {
          own.fill(sent);
          memories.moveCopySync(Id.take, own);
        }
        await memories.blockingScalar(Id.echo);
        return;
      }
      const free = Array.from({ length: buffersMax }, () => new Memory(bytes));
      for (let sent = 0; sent < count; sent += 1) {
        if (free.length === 0) takeBack(back, free);
        const memory = free.pop() as Memory;
        memory.bytes.fill(sent);
        memories.moveSync(Id.giveBack, memory);
      }
      while (free.length < buffersMax) takeBack(back, free);
    },
    async typed(count, reading) {
      for (let sent = 0; sent < count; sent += 1) {
        memories.moveCopySync(Id.decode, scratch.subarray(0, encode(readingShape, reading, scratch)));
      }
      await memories.blockingScalar(Id.echo);
    },
    async [Symbol.asyncDispose]() {
      for (const thread of threads) await thread.terminate();
      await kernel.leave();
    },
  };
}

/** Waits for memory that was given back, and takes whatever else was. */
function takeBack(back: ServerHandle, free: Memory[]): void {
  for (let message = back.tryReceive() ?? back.receiveSync(); ;) {
    if (message.kind !== "move") throw new Error(`${message.kind} instead of memory`);
    free.push(message.take());
    const next = back.tryReceive();
    if (next === undefined) return;
    message = next;
  }
}
