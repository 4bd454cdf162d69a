import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker, type WorkerOptions } from "node:worker_threads";

import type { BrokerOptions } from "../broker/index.ts";
import { KernelError } from "../errors.ts";
import { checkKnown } from "../options.ts";
import { Sid } from "../sid.ts";
import { ownThread, permissionFlags } from "./own-thread.ts";

/** The kernel's own thread, as it starts. */
export interface KernelThread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** Rejects if the thread fails. */
  readonly failed: Promise<never>;
}

/** Starts the kernel's own thread; the port is to it. It keeps no program alive. */
export function startKernelThread(options: BrokerOptions): KernelThread {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(ownThread("./kernel-thread.js", import.meta.url), {
    workerData: { port: port2, options },
    transferList: [port2],
    name: "doorbell kernel",
    execArgv: permissionFlags(),
  });
  worker.unref();
  const failed = once(worker, "error").then(([error]) => Promise.reject(error as Error));
  // After the start the closing of its ports tells everybody.
  failed.catch(() => {});
  return { worker, port: port1, failed };
}

/** How a thread is started. */
export interface SpawnOptions extends Pick<
  WorkerOptions,
  "argv" | "env" | "execArgv" | "name" | "resourceLimits" | "stderr" | "stdin" | "stdout"
> {
  /** Anything that can be cloned; the thread finds it as `kernel.data`. A server id goes as its words. */
  readonly data?: unknown;
  /** What of `data` is transferred. */
  readonly transfer?: readonly MessagePort[];
}

/** A thread that was spawned. */
export class SpawnedThread implements AsyncDisposable {
  /** Its number, as messages tell their sender. */
  readonly thread: number;
  /** The worker itself: `on("error")` and its streams are there. */
  readonly worker: Worker;
  /** Resolves with the worker's exit code; 1 if it failed, and `worker` has an `error` event before. */
  readonly exited: Promise<number>;

  constructor(thread: number, worker: Worker, exited: Promise<number>) {
    this.thread = thread;
    this.worker = worker;
    this.exited = exited;
  }

  /** Ends it at once, wherever it is: the kernel ends what it had. */
  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }
}

const spawnNames = [
  "data",
  "transfer",
  "argv",
  "env",
  "execArgv",
  "name",
  "resourceLimits",
  "stderr",
  "stdin",
  "stdout",
];

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Starts a worker with an invitation. */
export function startWorker(
  url: URL | string,
  port: MessagePort,
  options: SpawnOptions,
): { readonly worker: Worker; readonly exited: Promise<number> } {
  checkKnown("spawn", options, spawnNames);
  const { data, transfer = [], ...rest } = options;
  // It would arrive as an empty object.
  if (data instanceof Sid || (isObject(data) && Object.values(data).some((value) => value instanceof Sid)))
    throw new KernelError("InvalidArgument", "A Sid is not cloned: put sid.words() into data, and Sid.from there.");
  const worker = new Worker(url, { ...rest, workerData: { doorbell: port, data }, transferList: [port, ...transfer] });
  // Not `once` of node:events: that would listen for errors as well, and an error that nobody else listens for is to be
  // the program's, as with any worker.
  const exited = new Promise<number>((resolve) => worker.once("exit", resolve));
  return { worker, exited };
}
