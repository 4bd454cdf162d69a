/** Worker threads: how the kernel's own and a program's are started, and how a thread joins a kernel. */

import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
  type WorkerOptions,
} from "node:worker_threads";

import type { ToThread } from "../broker/protocol.ts";
import type { BrokerOptions } from "../broker/tables.ts";
import { KernelError } from "../errors.ts";
import { Sid } from "../ids.ts";
import { checkKnown } from "../options.ts";
import { Wake } from "../ring/wake.ts";
import type { ThreadPowers } from "../thread/sleeper.ts";
import { Station } from "../thread/station.ts";

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

/** The kernel's own thread, as it starts. */
interface KernelThread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** Rejects if the thread fails. */
  readonly failed: Promise<never>;
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

/** Joins by a port to the kernel: waits for the welcome, and listens from then on. */
export async function joinBy(port: MessagePort): Promise<Station> {
  const welcomed = once(port, "message") as Promise<[ToThread]>;
  const closed = once(port, "close").then(() => undefined);
  const [first] = (await Promise.race([welcomed, closed])) ?? [];
  if (first?.type === "refused")
    throw new KernelError(first.code, `The kernel refused: its table of ${first.detail} is full.`, {
      detail: first.detail,
    });
  if (first?.type !== "welcome")
    throw new KernelError("InternalError", "The kernel has ended, or the port is not one to a kernel.", {
      detail: "ended",
    });
  const station = new Station(first, new Wake(first.wake), threadPowers(port));
  port.on("message", (message: ToThread) => {
    station.control.handle(message);
    station.sleeper.soon();
  });
  port.on("close", () => station.control.ended());
  port.unref();
  return station;
}

/** The invitation that this worker was spawned with. */
export function invitation(): Invitation {
  const found = workerData as Partial<Invitation> | null | undefined;
  if (typeof found !== "object" || found?.doorbell === undefined) {
    throw new KernelError(
      "InvalidArgument",
      "This thread was not spawned by a kernel: give Kernel.join the port of an invitation.",
    );
  }
  return found as Invitation;
}

/** What a spawned worker finds in its `workerData`. */
interface Invitation {
  readonly doorbell: MessagePort;
  readonly data: unknown;
}

/** The world of a real thread: its port to the kernel, its clock, and the waits of the operating system. */
function threadPowers(port: MessagePort): ThreadPowers {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer as MessagePort[]),
    take: () => receiveMessageOnPort(port)?.message as ToThread | undefined,
    park: (wake, ms) => wake.park(ms),
    wait: (wake, run) => wake.wait(run),
    keepAlive: (on) => (on ? port.ref() : port.unref()),
    later: (run) => {
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
    after,
    isEnding,
    randomKey: randomKeys(),
    now: () => performance.now(),
    spinMs: availableParallelism() > 1 ? spinMs : 0,
  };
}

/** A wake-up takes tens of microseconds between two cores: a blocking call looks for so long before it parks. */
const spinMs = 0.05;

/** A thread that is being terminated is given nothing of what was posted to it, not even by itself. */
function isEnding(): boolean {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(true);
  const message: unknown = receiveMessageOnPort(port2)?.message;
  port1.close();
  return message !== true;
}

/** What is awaited keeps the program alive by the port; a deadline alone does not. */
function after(ms: number, run: () => void): { cancel(): void } {
  if (ms <= timerMaxMs) {
    const timer = setTimeout(run, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  }
  let next = after(timerMaxMs, () => (next = after(ms - timerMaxMs, run)));
  return { cancel: () => next.cancel() };
}

/** A timer of Node's that is longer runs out at once. */
const timerMaxMs = 2 ** 31 - 1;

/** Keys of calls, from the system's source of randomness: many are drawn at once, and each is wiped when it was given. */
export function randomKeys(): () => number {
  const words = new Uint32Array(512);
  let at = words.length;
  return () => {
    if (at === words.length) {
      randomFillSync(words);
      at = 0;
    }
    const key = ((words[at] ?? 0) >>> 11) * 2 ** 32 + (words[at + 1] ?? 0);
    words[at] = 0;
    words[at + 1] = 0;
    at += 2;
    return key;
  };
}

/**
 * @internal Returns where the program of a thread of ours lies: in a file beside the module that starts it.
 *
 * Fails with `InternalError` (`detail`: bundled) if it does not lie there, because a bundler took the module elsewhere and
 * left the file behind; the error says how to keep the two together.
 */
export function ownThread(file: string, base: string | undefined): URL {
  // A bundler that makes CommonJS leaves no URL of the module.
  const url = base === undefined || !URL.canParse(file, base) ? undefined : new URL(file, base);
  if (url !== undefined && (url.protocol !== "file:" || existsSync(fileURLToPath(url)))) return url;
  throw new KernelError(
    "InternalError",
    `${file.replace(/^\.\//, "")}, the program of a thread of @doorbell-js/doorbell, is not beside the code that starts it: ` +
      "a bundler joined that code to the program's own. Leave the package out of the bundle " +
      '(esbuild: --external:@doorbell-js/doorbell; others: "external"), and install it where the program runs.',
    { detail: "bundled" },
  );
}

/**
 * Returns the flags of Node's permission model that this program was started with, to be the `execArgv` of a worker that
 * takes over none of the program's other flags (`--import`, `--input-type` …). A worker with `execArgv: []` would have no
 * permission model at all. What stands in `NODE_OPTIONS` reaches every worker by itself.
 */
export function permissionFlags(argv: readonly string[] = process.execArgv): string[] {
  const flags: string[] = [];
  for (const [at, flag] of argv.entries()) {
    if (!/^--((experimental-)?permission|frozen-intrinsics|allow-[a-z-]+)(=|$)/.test(flag)) continue;
    flags.push(flag);
    const value = argv[at + 1];
    // Some are followed by their value.
    if (/^--allow-fs-(read|write)$/.test(flag) && value !== undefined) flags.push(value);
  }
  return flags;
}
