/** A thread on which bells hang. It ends when the thread that started it lets go of it. */

import {
  type Connection,
  Kernel,
  KernelError,
  type Memory,
  type Message,
  type ServerHandle,
  Sid,
  type SidWords,
} from "../kernel/index.ts";
import { BellHost, BellOpcode, type BellOrder } from "./api.ts";
import { Backlog, type Waiting } from "./backlog.ts";

// No `await` at the top level: V8 aborts the whole program if a thread is ended as such a module begins (nodejs/node#62114).
void run();

async function run(): Promise<void> {
  const kernel = await Kernel.join();
  const strange = new Strange(
    (text) => process.emitWarning(text, { type: "DoorbellWarning" }),
    () => performance.now(),
  );
  const host = await kernel.createServer(BellHost, {
    sid: Sid.from(kernel.data as SidWords),
    onDisconnect: () => host.destroy({ force: true }),
  });

  await host.serve({
    async hang({ value: order }) {
      try {
        return { kind: "hung", value: { ring: await hang(kernel, strange, order) } };
      } catch (error) {
        return { kind: "refused", value: error instanceof KernelError ? error.code : "InternalError" };
      }
    },
  });
  await kernel.leave();
}

/** Main is looked for, and the bell made, at the same time: each takes a question to the kernel. */
async function hang(kernel: Kernel, strange: Strange, order: BellOrder): Promise<SidWords> {
  const [main, made] = await Promise.allSettled([
    kernel.tryConnect(Sid.from(order.main)),
    kernel.createServer({ sid: Sid.from(order.drop), queueMax: order.queueMax, recycle: true }),
  ]);
  try {
    if (made.status === "rejected") throw made.reason;
    if (main.status === "rejected") throw main.reason;
    if (typeof main.value === "string") throw new KernelError(main.value, "Main ended before its bell was hung.");
    const ring = await made.value.narrow({ opcodes: [BellOpcode.Ring] });
    void new Bouncer(made.value, main.value, order, strange).run();
    return ring.sid.words();
  } catch (error) {
    if (made.status === "fulfilled") made.value.destroy();
    if (main.status === "fulfilled" && typeof main.value !== "string") main.value.disconnect();
    throw error;
  }
}

/** A bell on its thread: receives rings, and bounces them to the main server. It never blocks the thread. */
class Bouncer {
  readonly #server: ServerHandle;
  readonly #main: Connection;
  readonly #order: BellOrder;
  readonly #strange: Strange;
  readonly #backlog: Backlog<Memory>;
  #bouncing = false;
  /** The number of messages that are no rings, and that main was not told of. */
  #untold = 0;
  #telling = false;
  /** Main is gone, or the bell was dropped: nothing is bounced any more. */
  #over = false;

  constructor(server: ServerHandle, main: Connection, order: BellOrder, strange: Strange) {
    this.#server = server;
    this.#main = main;
    this.#order = order;
    this.#strange = strange;
    this.#backlog = new Backlog(order.behind, order.queueMax);
    void main.ended.then(() => this.#mainEnded());
  }

  /**
   * Runs until the bell is dropped, or main is gone.
   *
   * For each message: Drop ends the bell. A ring goes on to main at once if there is room, save under `latest`. Else, under
   * `wait` we receive nothing more until main has taken it, so that the notifier is late for this bell; under the other
   * policies it goes into the backlog, which `#bounce` sends in its own time. Main is told how much came of all else.
   */
  async run(): Promise<void> {
    for (let message = await this.#received(); message !== undefined; message = await this.#received()) {
      if (this.#drop(message)) return;
      const room = this.#ring(message);
      // Under `wait` nothing more is received meanwhile, so that the notifier is late for this bell.
      if (room !== undefined) await room;
    }
  }

  /** The next message; nothing once the server has ended. */
  async #received(): Promise<Message | undefined> {
    try {
      return await this.#server.receive();
    } catch {
      return undefined;
    }
  }

  /** If it is Drop: stops, answers, ends the server. */
  #drop(message: Message): boolean {
    if (message.id !== BellOpcode.Drop || message.kind !== "blockingScalar") return false;
    this.#over = true;
    // The kernel may have ended since it came.
    if (message.owed) message.answer(1);
    this.#end();
    return true;
  }

  #end(): void {
    this.#backlog.clear();
    this.#server.destroy({ force: true });
    this.#main.disconnect();
  }

  /** The subscriber died or took main's id back. A Drop that it sent before is here, or on its way to `run`, and is answered. */
  #mainEnded(): void {
    if (this.#over) return;
    this.#over = true;
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      if (this.#drop(message)) return;
      message[Symbol.dispose]();
    }
    setImmediate(() => this.#end());
  }

  #next(): Message | undefined {
    try {
      return this.#server.tryReceive();
    } catch {
      // The kernel has ended, and the server with it.
      return undefined;
    }
  }

  #ring(message: Message): Promise<void> | undefined {
    const sequence = this.#sequenceOf(message);
    if (sequence === undefined) {
      message[Symbol.dispose]();
      this.#strange.saw(message.kind, message.id);
      this.#untold += 1;
      if (!this.#telling) void this.#tell();
      return undefined;
    }
    const { behind } = this.#order;
    const isSent = this.#over || (behind !== "latest" && !this.#bouncing && this.#sentAtOnce(message, sequence));
    if (isSent) {
      message[Symbol.dispose]();
      return undefined;
    }
    const ring = { sequence, body: message.kind === "move" ? message.take() : undefined };
    if (behind === "wait") return this.#send(ring).catch(() => {});
    this.#backlog.push(ring.sequence, ring.body);
    if (!this.#bouncing) void this.#bounce();
    return undefined;
  }

  /** The number that a ring tells: it is a move of an event, or a scalar of the newest number. Of all else nothing. */
  #sequenceOf(message: Message): number | undefined {
    if (message.id !== BellOpcode.Ring) return undefined;
    if (message.kind === "scalar") return message.words[0];
    if (message.kind !== "move" || message.bytes.length > this.#order.bytesMax) return undefined;
    // Without a number it is an event all the same; no event has the number 0.
    return message.offset ?? 0;
  }

  /**
   * Tells main how much came that is no ring. It is a call, which comes back once main has looked at it: until then what
   * comes is only counted, so that nonsense cannot fill main's queue.
   */
  async #tell(): Promise<void> {
    const { opcode, mark } = this.#order;
    this.#telling = true;
    while (this.#untold > 0 && !this.#over) {
      const count = this.#untold;
      this.#untold = 0;
      try {
        await this.#main.blockingScalar(opcode, [0, mark, count]);
      } catch (error) {
        // To give it back is all that main does.
        if (!(error instanceof KernelError) || error.code !== "Unanswered") break;
      }
    }
    this.#telling = false;
  }

  #sentAtOnce(message: Message, sequence: number): boolean {
    const { opcode, mark } = this.#order;
    const failure =
      message.kind === "move"
        ? this.#main.tryMoveCopy(opcode, message.bytes, { offset: sequence, valid: mark })
        : this.#main.tryScalar(opcode, [sequence, mark]);
    return failure !== "ServerQueueFull";
  }

  async #send({ sequence, body }: Waiting<Memory>): Promise<void> {
    const { opcode, mark, behind } = this.#order;
    if (body === undefined) await this.#main.scalar(opcode, [sequence, mark]);
    // Lent, it comes back once main has looked at it: until then what comes is coalesced here, not in main's queue.
    else if (behind === "latest") await this.#main.lend(opcode, body, { offset: sequence, valid: mark });
    else await this.#main.move(opcode, body, { offset: sequence, valid: mark });
  }

  async #bounce(): Promise<void> {
    this.#bouncing = true;
    try {
      for (let next = this.#backlog.shift(); next !== undefined; next = this.#backlog.shift()) await this.#send(next);
    } catch {
      // Main is gone, which is told by the end of its connection.
    }
    this.#bouncing = false;
  }
}

const logEveryMs = 10_000;

/** What comes to bells and is neither a ring nor a drop: counted, and logged now and then. */
class Strange {
  readonly #log: (text: string) => void;
  readonly #now: () => number;
  #count = 0;
  #logged = -Infinity;

  constructor(log: (text: string) => void, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Another one, of this kind and opcode. */
  saw(kind: string, id: number): void {
    this.#count += 1;
    const now = this.#now();
    if (now - this.#logged < logEveryMs) return;
    this.#logged = now;
    this.#log(`A bell was sent what is no ring, and ignored it: a ${kind} of opcode ${id} (${this.#count} so far).`);
  }
}
