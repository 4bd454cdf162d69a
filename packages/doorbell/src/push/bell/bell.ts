import { randomInt } from "node:crypto";

import {
  type Connection,
  type Kernel,
  KernelError,
  type NarrowedSid,
  type ServerHandle,
  Sid,
} from "../../kernel/index.ts";
import { type Behind, behinds, BellOpcode } from "../api.ts";
import { Undo } from "../undo.ts";
import { BellThread, sharedBellThread } from "./bell-host.ts";
import { keepingAlive } from "./keeping-alive.ts";

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
