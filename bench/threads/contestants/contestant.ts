import { Worker, type WorkerOptions } from "node:worker_threads";

import type { Reading } from "../values/reading.ts";

/** One way of talking to another thread. What it cannot do it leaves out. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  /** Sends so many messages of four numbers one way, one by one; resolves when the last was taken. */
  oneWay?(count: number): Promise<void>;
  /** The same, 64 at a time. */
  batches?(count: number): Promise<void>;
  /** One call that blocks this thread until its answer. */
  callSync?(number: number): void;
  /** One call that is awaited in this thread's event loop. */
  call?(number: number): Promise<unknown>;
  /** Moves so many buffers of so many bytes, each made and filled anew. */
  moved?(count: number, bytes: number): Promise<void>;
  /** The same, with memory that the receiver gives back to be filled and sent again. */
  movedAgain?(count: number, bytes: number): Promise<void>;
  /** Sends so many copies of a reading with a type, which the other side has whole, as a value, before it goes on. */
  typed?(count: number, reading: Reading): Promise<void>;
}

/** How many calls are on their way where they are piped, and how many buffers go round where they are sent again. */
export const inFlight = 100;
/** Buffers that go round where memory is sent again. */
export const buffersMax = 16;

/** The compiled file of a contestant's other side. */
export function peer(name: string): URL {
  return new URL(`../peers/${name}.js`, import.meta.url);
}

/** Starts a contestant's other side; resolves when it runs. */
export async function start(name: string, options: WorkerOptions): Promise<Worker> {
  const worker = new Worker(peer(name), options);
  await new Promise((resolve) => worker.once("online", resolve));
  return worker;
}
