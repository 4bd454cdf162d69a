import { encodeNew, Kernel, Memory, type ServerHandle, Sid } from "@doorbell-js/doorbell/kernel";

import type { Part } from "../peers/doorbell.ts";
import { Id } from "../peers/opcodes.ts";
import { readingShape } from "../values/shape.ts";
import { buffersMax, type Contestant, peer } from "./contestant.ts";

/** Ours: a server that blocks, or that awaits in its event loop. */
export async function doorbell(blocks: boolean, slots = 1_024): Promise<Contestant> {
  const kernel = await Kernel.start({ ring: { slots } });
  const sid = Sid.random();
  const back = await kernel.createServer({ queueMax: slots });
  const data: Part = { blocks, sid: sid.words(), back: back.sid.words(), queueMax: slots };
  const thread = await kernel.spawn(peer("doorbell"), { data });
  const connection = await kernel.connect(sid);
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
        connection.moveSync(Id.take, memory);
      }
      await connection.blockingScalar(Id.echo);
    },
    async movedAgain(count, bytes) {
      const free = Array.from({ length: buffersMax }, () => new Memory(bytes));
      for (let sent = 0; sent < count; sent += 1) {
        if (free.length === 0) takeBack(back, free);
        const memory = free.pop() as Memory;
        memory.bytes.fill(sent);
        connection.moveSync(Id.giveBack, memory);
      }
      while (free.length < buffersMax) takeBack(back, free);
      await Promise.resolve();
    },
    async typed(count, reading) {
      for (let sent = 0; sent < count; sent += 1) {
        connection.moveSync(Id.decode, Memory.adopt(encodeNew(readingShape, reading).buffer));
      }
      await connection.blockingScalar(Id.echo);
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate();
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
