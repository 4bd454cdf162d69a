/** A worker that looks for a secret that it was not given, wherever Node lets it. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parentPort, Worker, workerData } from "node:worker_threads";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { type Haul, type Loot, mark, secretBytes, type TierJob } from "./tier-job.ts";

const chunkBytes = 2 ** 20;
const again = "again";

if (workerData === again) parentPort?.postMessage(haul());
else await spy();

async function spy(): Promise<void> {
  const kernel = await Kernel.join();
  const connection = await kernel.connect(Sid.from((kernel.data as TierJob).sid));
  const [answer] = await connection.blockingScalar(0, [21]);
  const free = new Worker(new URL(import.meta.url), { workerData: again, execArgv: [] });
  const [worker] = (await once(free, "message")) as [Haul];
  const loot: Loot = { answer, ...haul(), worker };
  parentPort?.postMessage(loot);
}

function haul(): Haul {
  return { memory: codeOr(search), program: codeOr(run) };
}

function codeOr<T>(attempt: () => T): T | string {
  try {
    return attempt();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function run(): string {
  const { error } = spawnSync("true");
  if (error !== undefined) throw error;
  return "done";
}

/** Looks through all memory of the process that can be written. */
function search(): readonly string[] {
  const memory = openSync("/proc/self/mem", "r");
  const found: string[] = [];
  const wanted = mark();
  const overlap = wanted.length + secretBytes;
  const chunk = Buffer.alloc(chunkBytes + overlap);
  for (const [, from = "", to = ""] of readFileSync("/proc/self/maps", "latin1").matchAll(/^(\w+)-(\w+) rw/gm)) {
    const end = Number.parseInt(to, 16);
    for (let at = Number.parseInt(from, 16); at < end; at += chunkBytes) {
      const length = readOr0(memory, chunk, Math.min(chunk.length, end - at), at);
      const read = chunk.subarray(0, length);
      for (let hit = read.indexOf(wanted); hit >= 0; hit = read.indexOf(wanted, hit + 1))
        found.push(read.toString("hex", hit + wanted.length, hit + overlap));
    }
  }
  closeSync(memory);
  return found;
}

/** Parts of the memory cannot be read. */
function readOr0(memory: number, into: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, into, 0, length, at);
  } catch {
    return 0;
  }
}
