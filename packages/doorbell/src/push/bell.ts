import { randomInt } from "node:crypto";

import {
  type Client,
  type Connection,
  type Kernel,
  KernelError,
  type NarrowedSid,
  ownThread,
  permissionFlags,
  type ServerHandle,
  Sid,
  type SpawnedThread,
} from "../kernel/index.ts";
import { type Behind, behinds, BellHost, BellOpcode, type BellOrder } from "./api.ts";

/** What a bell is to be. */
export interface BellOptions {
  /** What happens when the subscriber falls behind. A `direct` bell cannot `dropOldest`. @default "wait" */
  readonly behind?: Behind | undefined;
  /** Events that wait at the bell, 1 to 65536. @default 128 */
  readonly queueMax?: number | undefined;
  /**
   * `shared`: on the bell thread that all bells of this thread share. `own`: on one of its own, which costs some 8 MB.
   * `direct`: on none; the notifier is given an id of main that passes the one opcode, and so learns its number.
   * @default "shared"
   */
  readonly thread?: "shared" | "own" | "direct" | undefined;
}

/** A bell that hangs: what can be given away of it, and the right to drop it. */
export interface Bell {
  /** Passes Ring alone. */
  readonly sid: Sid;
  /** What means Ring at this bell. */
  readonly opcode: number;
  /** What a notifier is to send along with a ring. */
  readonly mark: number;
  /** What main sees along with a ring of this bell, and of no other. */
  readonly markAtMain: number;
  /** Resolves when the bell has ended without being dropped. */
  readonly ended: Promise<void>;
  /** Ends it: no ring passes any more, and nothing of it is left. */
  drop(): Promise<void>;
}

const queueMaxMax = 65_536;

/**
 * Hangs a bell that leads to one opcode of a server. Fails with `InvalidArgument` for options that cannot be, and as the
 * kernel does (`OutOfMemory`, `ServerNotFound`); nothing is left of it then.
 */
export async function hangBell(
  kernel: Kernel,
  main: ServerHandle,
  opcode: number,
  bytesMax: number,
  { behind = "wait", queueMax = 128, thread = "shared" }: BellOptions,
): Promise<Bell> {
  if (!Number.isInteger(queueMax) || queueMax < 1 || queueMax > queueMaxMax)
    throw new KernelError("InvalidArgument", `A bell holds 1 to ${queueMaxMax} events (queueMax).`);
  if (!["shared", "own", "direct"].includes(thread))
    throw new KernelError("InvalidArgument", 'The thread of a bell is "shared", "own" or "direct".');
  if (!behinds.includes(behind))
    throw new KernelError("InvalidArgument", `A bell's policy (behind) is one of ${behinds.join(", ")}.`);
  if (thread === "direct" && behind === "dropOldest")
    throw new KernelError(
      "InvalidArgument",
      "A direct bell has no queue of its own to drop the oldest of: hang one on a thread, or choose another policy.",
    );
  const mark = randomInt(1, 2 ** 48 - 1);
  const undo = new Undo();
  try {
    const narrowed = await main.narrow({ opcodes: [opcode] });
    undo.add(() => narrowed.revoke());
    if (thread === "direct") return new DirectBell(narrowed, opcode, mark);
    const host = await (thread === "own" ? BellThread.start(kernel) : sharedBellThread(kernel));
    const end = async (): Promise<void> => (thread === "own" ? await host.end() : undefined);
    undo.add(end);
    // From here on the bell ends by itself once main's narrowed id is revoked.
    const drop = Sid.random();
    // Who connects waits for the bell, which comes up meanwhile.
    const hung = new AbortController();
    const connecting = kernel.connect(drop, { signal: hung.signal });
    // Its failure is heard of once the bell hangs.
    connecting.catch(() => {});
    undo.add(async () => {
      hung.abort();
      (await connecting).disconnect();
    });
    const ids = { drop: drop.words(), main: narrowed.sid.words() };
    const ring = await host.hang({ ...ids, opcode, mark, behind, queueMax, bytesMax });
    return new BouncingBell(ring, mark, narrowed, await connecting, end);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

/**
 * Starts the thread that bells share ahead of the first bell, which would wait for that. It need not be called. Fails with
 * `ThreadNotFound` if the thread does not come up, and the next bell starts another.
 */
export async function startBells(kernel: Kernel): Promise<void> {
  await sharedBellThread(kernel);
}

/** An id of main that passes one opcode. */
class DirectBell implements Bell {
  readonly opcode: number;
  readonly mark: number;
  readonly markAtMain: number;
  readonly ended: Promise<void> = new Promise(() => {});
  readonly #narrowed: NarrowedSid;

  constructor(narrowed: NarrowedSid, opcode: number, mark: number) {
    this.#narrowed = narrowed;
    this.opcode = opcode;
    this.mark = mark;
    this.markAtMain = mark;
  }

  get sid(): Sid {
    return this.#narrowed.sid;
  }

  async drop(): Promise<void> {
    this.#narrowed.revoke();
  }
}

/** A server on a bell thread, which bounces to main. */
class BouncingBell implements Bell {
  readonly sid: Sid;
  readonly opcode = BellOpcode.Ring;
  readonly mark = 0;
  readonly markAtMain: number;
  readonly #narrowed: NarrowedSid;
  readonly #dropper: Connection;
  readonly #endThread: () => Promise<void>;

  constructor(sid: Sid, mark: number, narrowed: NarrowedSid, dropper: Connection, endThread: () => Promise<void>) {
    this.sid = sid;
    this.markAtMain = mark;
    this.#narrowed = narrowed;
    this.#dropper = dropper;
    this.#endThread = endThread;
  }

  get ended(): Promise<void> {
    return this.#dropper.ended;
  }

  async drop(): Promise<void> {
    const dropped = this.#dropper.blockingScalar(BellOpcode.Drop);
    // A bell that waits for room at main waits no more, and comes to the Drop.
    this.#narrowed.revoke();
    // It may have ended already: with its thread, or because main's id is gone.
    await dropped.catch(() => {});
    // It answers before it is gone: only when the kernel knows of its end is nothing left.
    await keepingAlive(this.#dropper.ended);
    this.#dropper.disconnect();
    await this.#endThread();
  }
}

/** The bell thread that all bells of a thread share: started with the first of them, and again if it has ended. */
export async function sharedBellThread(kernel: Kernel): Promise<BellThread> {
  let thread = sharedThreads.get(kernel);
  if (thread === undefined) {
    thread = BellThread.start(kernel);
    sharedThreads.set(kernel, thread);
    const forget = (): void => void (sharedThreads.get(kernel) === thread && sharedThreads.delete(kernel));
    thread.then((started) => started.ended).then(forget, forget);
  }
  return await thread;
}

const sharedThreads = new WeakMap<Kernel, Promise<BellThread>>();

/** A thread for bells, as the thread that started it has it. It keeps no program alive. */
class BellThread {
  readonly #thread: SpawnedThread;
  readonly #client: Client<typeof BellHost>;

  private constructor(thread: SpawnedThread, client: Client<typeof BellHost>) {
    this.#thread = thread;
    this.#client = client;
  }

  static async start(kernel: Kernel): Promise<BellThread> {
    const sid = Sid.random();
    const url = ownThread("./bell-thread.js", import.meta.url);
    const options = { data: sid.words(), name: "doorbell bells", execArgv: permissionFlags() };
    const thread = await kernel.spawn(url, options);
    thread.worker.unref();
    const failed = new AbortController();
    const fail = (cause: unknown): void =>
      failed.abort(new KernelError("ThreadNotFound", "The bell thread did not come up.", { cause }));
    thread.worker.once("error", fail);
    void thread.exited.then(fail);
    try {
      return new BellThread(thread, await kernel.connect(sid, BellHost, { signal: failed.signal }));
    } catch (error) {
      await thread.terminate();
      throw error;
    } finally {
      thread.worker.off("error", fail);
    }
  }

  /** Resolves when the thread has ended. */
  get ended(): Promise<void> {
    return this.#client.connection.ended;
  }

  /** Hangs a bell there, and gives the id by which it can be rung. */
  async hang(order: BellOrder): Promise<Sid> {
    const answer = await this.#client.hang(order);
    if (answer.kind === "refused")
      throw new KernelError(answer.value, `No bell could be hung: ${answer.value} on the bell thread.`);
    return Sid.from(answer.value.ring);
  }

  /** Ends it, and with it all bells that hang there; the kernel knows when this resolves. */
  async end(): Promise<void> {
    await this.#thread.terminate();
    await keepingAlive(this.ended);
  }
}

/** Awaits what by itself would keep no program alive. */
async function keepingAlive(promise: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 2 ** 30);
  await promise;
  clearInterval(timer);
}

/** What has been done so far, to be undone from the last step to the first if a later one fails. */
export class Undo {
  readonly #steps: (() => void | Promise<void>)[] = [];

  /** A step is done: how it is undone. */
  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Undoes all; a step that cannot be undone keeps no other from it. */
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch {
        // What failed first is what the caller is told.
      }
    }
  }
}
