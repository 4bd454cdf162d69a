import { BroadcastChannel, MessageChannel, type MessagePort, Worker } from "node:worker_threads";

import { type Connection, Kernel, Memory, Sid } from "@doorbell-js/doorbell/kernel";

import type { Part } from "./peer.ts";

/** One way of talking to another thread. What it cannot do it leaves out. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  /** Sends so many messages of four numbers one way, one by one; resolves when the last was taken. */
  oneWay?(count: number): Promise<void>;
  /** The same, in batches of 64. */
  batches?(count: number): Promise<void>;
  /** Calls, one after the other, by blocking this thread. */
  blocking?(count: number): void;
  /** Calls, one after the other, awaited. */
  awaited?(count: number): Promise<void>;
  /** Calls, 100 at a time on their way. */
  piped?(count: number): Promise<void>;
  /** Moves so many buffers of so many bytes, each made and filled anew. */
  moved?(count: number, bytes: number): Promise<void>;
}

const url = new URL("./peer.js", import.meta.url);
const inFlight = 100;

/** Ours: a server that blocks, or that awaits in its event loop. */
export async function doorbell(part: "kernel" | "kernel, awaiting", slots = 1_024): Promise<Contestant> {
  const kernel = await Kernel.start({ ring: { slots } });
  const sid = Sid.random();
  const data: Part = { part, sid: sid.words(), queueMax: slots };
  const thread = await kernel.spawn(url, { data });
  const connection = await kernel.connect(sid);
  return {
    name: part === "kernel" ? "doorbell" : "doorbell (awaiting server)",
    async oneWay(count) {
      const words = [1, 2, 3, 4];
      for (let sent = 0; sent < count; sent += 1)
        if (connection.tryScalar(0, words) !== undefined) connection.scalarSync(0, words);
      await connection.blockingScalar(1);
    },
    async batches(count) {
      const words = new Float64Array(64 * 4).fill(1);
      for (let left = count; left > 0;) {
        const taken = connection.tryScalars(0, words.subarray(0, 4 * Math.min(64, left)));
        if (typeof taken === "string") throw new Error(taken);
        left -= taken;
        if (taken === 0) {
          connection.scalarSync(0, [1, 1, 1, 1]);
          left -= 1;
        }
      }
      await connection.blockingScalar(1);
    },
    blocking(count) {
      for (let call = 0; call < count; call += 1) connection.blockingScalarSync(1, [call]);
    },
    async awaited(count) {
      for (let call = 0; call < count; call += 1) await connection.blockingScalar(1, [call]);
    },
    piped: async (count) => await pipe(count, async (call) => await connection.blockingScalar(1, [call])),
    moved: async (count, bytes) => await moveAll(connection, count, bytes),
    async [Symbol.asyncDispose]() {
      await thread.terminate();
      await kernel.leave();
    },
  };
}

async function moveAll(connection: Connection, count: number, bytes: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const memory = new Memory(bytes);
    memory.bytes.fill(sent);
    connection.moveSync(0, memory);
  }
  await connection.blockingScalar(1);
}

async function pipe(count: number, call: (number: number) => Promise<unknown>): Promise<void> {
  for (let begun = 0; begun < count; begun += inFlight) {
    await Promise.all(Array.from({ length: inFlight }, async (_, at) => await call(begun + at)));
  }
}

/** A bare MessagePort, with an answer matched to its question by hand. */
export async function messagePort(): Promise<Contestant> {
  const { port1, port2 } = new MessageChannel();
  const part: Part & { readonly port: MessagePort } = { part: "port", port: port2 };
  const worker = new Worker(url, { workerData: part, transferList: [port2] });
  const waiting: ((value: unknown) => void)[] = [];
  port1.on("message", (value) => waiting.shift()?.(value));
  const call = async (number: number): Promise<unknown> =>
    await new Promise((resolve) => {
      waiting.push(resolve);
      port1.postMessage(number);
    });
  await call(0);
  return {
    name: "MessagePort",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) port1.postMessage([1, 2, 3, 4]);
      await call(0);
    },
    async awaited(count) {
      for (let one = 0; one < count; one += 1) await call(one);
    },
    piped: async (count) => await pipe(count, call),
    async moved(count, bytes) {
      for (let sent = 0; sent < count; sent += 1) {
        const { buffer } = new Uint8Array(bytes).fill(sent);
        port1.postMessage(buffer, [buffer]);
        // Nothing bounds its queue: so that memory does not grow without end, every hundredth is asked for.
        if (sent % 100 === 99) await call(0);
      }
      await call(0);
    },
    async [Symbol.asyncDispose]() {
      port1.close();
      await worker.terminate();
    },
  };
}

/** A BroadcastChannel. */
export async function broadcast(): Promise<Contestant> {
  const channel = new BroadcastChannel("bench");
  const part: Part = { part: "broadcast", channel: "bench" };
  const worker = new Worker(url, { workerData: part });
  let heard: (() => void) | undefined;
  channel.onmessage = () => heard?.();
  const call = async (): Promise<void> =>
    await new Promise((resolve) => {
      heard = resolve;
      channel.postMessage(1);
    });
  await new Promise((resolve) => worker.once("online", resolve));
  // What is posted before the other end listens is lost.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    name: "BroadcastChannel",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) channel.postMessage([1, 2, 3, 4]);
      await call();
    },
    async awaited(count) {
      for (let one = 0; one < count; one += 1) await call();
    },
    async [Symbol.asyncDispose]() {
      channel.close();
      await worker.terminate();
    },
  };
}
