import { KernelError } from "../errors.ts";
import { wakeBytes } from "../ring/index.ts";
import type { ThreadEntry } from "./entries.ts";
import { kernelThread } from "./protocol.ts";

/** The threads that have joined; and the kernel's own, which no limit counts. */
export class Threads {
  readonly #max: number;
  readonly #entries = new Map<number, ThreadEntry>();
  #next = kernelThread;
  readonly own: ThreadEntry;

  constructor(max: number) {
    this.#max = max;
    this.own = this.#add();
  }

  /** One more, with a number never used again. Fails with `OutOfMemory` if there are as many as may be. */
  join(): ThreadEntry {
    if (this.#entries.size - 1 >= this.#max)
      throw new KernelError("OutOfMemory", "As many threads as may be have joined.", { detail: "threads" });
    return this.#add();
  }

  #add(): ThreadEntry {
    const thread = this.#next;
    this.#next += 1;
    const entry: ThreadEntry = {
      thread,
      wake: new SharedArrayBuffer(wakeBytes),
      servers: new Map(),
      byKey: new Map(),
      byIndex: new Map(),
      cutFrom: new Set(),
    };
    this.#entries.set(thread, entry);
    return entry;
  }

  get(thread: number): ThreadEntry | undefined {
    return this.#entries.get(thread);
  }

  /** The words by which a thread is woken. Fails with `ThreadNotFound` if it has ended. */
  wakeOf(thread: number): SharedArrayBuffer {
    const entry = this.get(thread);
    if (entry === undefined) throw new KernelError("ThreadNotFound", `Thread ${thread} has ended.`);
    return entry.wake;
  }

  delete(thread: number): void {
    this.#entries.delete(thread);
  }

  /** All but the kernel's own. */
  get joined(): ThreadEntry[] {
    return [...this.#entries.values()].filter((one) => one !== this.own);
  }
}
