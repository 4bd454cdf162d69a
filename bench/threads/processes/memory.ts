/** A process in which memory is measured from the start: `memory.js KIND` prints the values, and ends. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import type { Part } from "../peers/meshed.ts";

const KIB = 1_024;
const threads = 16;
const meshed = 24;
const connections = 10_000;
const peer = (name: string): URL => new URL(`../peers/${name}.js`, import.meta.url);

const kinds: Readonly<Record<string, () => Promise<readonly number[]>>> = {
  "bare threads": async () => await parkedThreads(async () => await Promise.resolve(new Worker(peer("parked")))),
  "joined threads": async () => {
    const kernel = await Kernel.start();
    return await parkedThreads(async () => (await kernel.spawn(peer("parked-server"))).worker);
  },
  pairs: idlePairs,
  connections: furtherConnections,
};

/** KiB of a thread, and microseconds of processor time that it takes in a second. */
async function parkedThreads(start: () => Promise<Worker>): Promise<readonly number[]> {
  const up = async (): Promise<void> => void (await once(await start(), "message"));
  // What the first of them brings for all is not counted.
  await up();
  const before = await settled();
  for (let started = 0; started < threads; started += 1) await up();
  const bytes = (await settled()) - before;
  const seconds = 3;
  const { user, system } = process.cpuUsage();
  await pause(seconds * 1_000);
  const after = process.cpuUsage();
  return [bytes / threads / KIB, (after.user + after.system - user - system) / seconds / threads];
}

/** KiB of a pair of connected threads: each thread with each other, all in one go. */
async function idlePairs(): Promise<readonly number[]> {
  const kernel = await Kernel.start();
  const sids = Array.from({ length: meshed }, () => Sid.random());
  const tell = [];
  for (const [at, sid] of sids.entries()) {
    const others: readonly SidWords[] = sids.slice(at + 1).map((other) => other.words());
    const data: Part = { sid: sid.words(), others };
    await kernel.spawn(peer("meshed"), { data });
    tell.push(await kernel.connect(sid));
  }
  const before = await settled();
  for (const one of tell) await one.blockingScalar(0);
  return [((await settled()) - before) / ((meshed * (meshed - 1)) / 2) / KIB];
}

/** KiB of a further connection of a pair: its two threads' part and the kernel's, of the default size. */
async function furtherConnections(): Promise<readonly number[]> {
  const kernel = await Kernel.start();
  const { worker } = await kernel.spawn(peer("many-servers"), { data: connections + 1 });
  const [[first, ...sids]] = (await once(worker, "message")) as [[SidWords, ...SidWords[]]];
  const held = [await kernel.connect(Sid.from(first))];
  const collect = async (): Promise<number> => {
    worker.postMessage("collect");
    await once(worker, "message");
    return await settled();
  };
  const before = await collect();
  for (const sid of sids) held.push(await kernel.connect(Sid.from(sid)));
  const bytes = (await collect()) - before;
  if (held.some(({ alive }) => !alive)) throw new Error("not all connections are held");
  return [bytes / sids.length / KIB];
}

/** Resident memory, once garbage is collected and what goes on in the background has ended. */
async function settled(): Promise<number> {
  globalThis.gc?.();
  await pause(300);
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

const values = await kinds[process.argv[2] ?? ""]?.();
process.stdout.write(JSON.stringify(values), () => process.exit());
