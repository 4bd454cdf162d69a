/** A worker that makes many calls at once, of memory that comes back, and says when all are answered. */
import "../support/woken.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";

const kernel = await Kernel.join();
const { called, told, calls, bytes } = kernel.data as {
  readonly called: SidWords;
  readonly told: SidWords;
  readonly calls: number;
  readonly bytes: number;
};
const connection = await kernel.connect(Sid.from(called));
const main = await kernel.connect(Sid.from(told));
await Promise.all(Array.from({ length: calls }, () => connection.mutableLend(0, new Memory(bytes))));
await main.scalar(0);
