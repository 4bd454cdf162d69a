import {
  type Client,
  type Kernel,
  KernelError,
  ownThread,
  permissionFlags,
  Sid,
  type SpawnedThread,
} from "../../kernel/index.ts";
import { BellHost, type BellOrder } from "./host-api.ts";
import { keepingAlive } from "./keeping-alive.ts";

/** A thread for bells, as the thread that started it has it. It keeps no program alive. */
export class BellThread {
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

const shared = new WeakMap<Kernel, Promise<BellThread>>();

/** The bell thread that all bells of a thread share: started with the first of them, and again if it has ended. */
export async function sharedBellThread(kernel: Kernel): Promise<BellThread> {
  let thread = shared.get(kernel);
  if (thread === undefined) {
    thread = BellThread.start(kernel);
    shared.set(kernel, thread);
    const forget = (): void => void (shared.get(kernel) === thread && shared.delete(kernel));
    thread.then((started) => started.ended).then(forget, forget);
  }
  return await thread;
}

/**
 * Starts the thread that bells share ahead of the first bell, which would wait for that. It need not be called. Fails with
 * `ThreadNotFound` if the thread does not come up, and the next bell starts another.
 */
export async function startBells(kernel: Kernel): Promise<void> {
  await sharedBellThread(kernel);
}
