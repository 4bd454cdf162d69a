import { Sid } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import type { Slot } from "../../../src/kernel/ring/ring.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { Joined } from "../support/joined.ts";
import { RawLane } from "../support/raw-lane.ts";
import { RawParty } from "../support/raw-party.ts";

/** How a call is known: its place in its caller's table, and its key. */
export interface Known {
  readonly call: number;
  readonly key: number;
}

/** What became of a call. */
export type Outcome = "waits" | "answered" | `failed ${string}`;

/** A call of the honest caller. */
export class Watched {
  outcome: Outcome = "waits";
  value: unknown;

  constructor(call: Promise<unknown>) {
    call.then(
      (value) => {
        this.outcome = "answered";
        this.value = value;
      },
      (error: unknown) => void (this.outcome = `failed ${(error as { code: string }).code}`),
    );
  }
}

/**
 * An honest caller and an honest server, each with an honest peer that must not be harmed; and parties that write what
 * they like: who has a call to pass on, to whom it is passed, a stranger, and one with a narrowed id.
 */
export class PassingWorld implements AsyncDisposable {
  readonly joined: Joined;
  readonly caller: Kernel;
  readonly victim: Kernel;
  /** What strangers to a call have of its caller: a connection to this. */
  readonly open: ServerHandle;
  /** An honest server, and its thread. */
  readonly server: Kernel;
  readonly honest: ServerHandle;
  readonly #raws: RawParty[] = [];

  private constructor(
    joined: Joined,
    [caller, victim, server]: readonly [Kernel, Kernel, Kernel],
    open: ServerHandle,
    honest: ServerHandle,
  ) {
    this.joined = joined;
    this.caller = caller;
    this.victim = victim;
    this.server = server;
    this.open = open;
    this.honest = honest;
  }

  static async start(): Promise<PassingWorld> {
    const joined = await Joined.start();
    const parts = [await joined.join(), await joined.join(), await joined.join()] as const;
    return new PassingWorld(joined, parts, await parts[0].createServer(), await parts[2].createServer());
  }

  async raw(): Promise<RawParty> {
    const raw = new RawParty(await this.joined.kernel.invite());
    this.#raws.push(raw);
    await raw.hears("welcome");
    return raw;
  }

  /** Ends those who wrote by hand: what they did to others is seen by then. */
  async endRaws(): Promise<void> {
    const ended = new Set(this.#raws.map(({ thread }) => thread));
    for (const raw of this.#raws.splice(0)) raw[Symbol.dispose]();
    const isThere = async (): Promise<boolean> =>
      (await this.joined.kernel.inspect()).threads.some(({ thread }) => ended.has(thread));
    while (await isThere()) await new Promise(setImmediate);
  }

  /** A server in a raw party's hands, and the caller's connection to it. */
  async serverOf(
    raw: RawParty,
  ): Promise<{ readonly sid: Sid; readonly connection: Connection; readonly lane: RawLane }> {
    const sid = Sid.random();
    await raw.serve(sid);
    const connection = await this.caller.connect(sid);
    return { sid, connection, lane: await raw.laneTo(this.caller.thread) };
  }

  /** The caller takes what it was sent, and hears what the kernel told it. */
  async callerLooks(): Promise<void> {
    await this.caller.inspect();
    this.open.tryReceive();
    await new Promise(setImmediate);
  }

  /** Resolves when the kernel has done all that the party asked of it, or hears the party no more. */
  async heard(raw: RawParty): Promise<void> {
    raw.post({ type: "inspect", request: 900 });
    await Promise.race([raw.hears("done"), raw.closed]);
  }

  /** Whether one has cut a raw party off, by all that it did before. */
  async isCut(raw: RawParty, by: Kernel): Promise<boolean> {
    await by.inspect();
    await this.heard(raw);
    return raw.all.some((told) => told.type === "peerGone" && told.peer === by.thread);
  }

  /** Those of these parties that the caller has cut off. */
  async cut(parties: Readonly<Record<string, RawParty>>): Promise<string[]> {
    const names: string[] = [];
    for (const [name, raw] of Object.entries(parties)) if (await this.isCut(raw, this.caller)) names.push(name);
    return names;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endRaws();
    await this.joined[Symbol.asyncDispose]();
  }
}

export function known({ call, e }: Slot): Known {
  return { call, key: e };
}

/** Answers, as whoever was passed a call would. */
export function answerBy(
  lane: RawLane,
  { call, key }: Known,
  status: number,
  word = 0,
  kind: number = Kind.passedAnswer,
): void {
  lane.write({ kind, id: status, words: [word], ...RawLane.named(call, key) });
}

/** Says that a call was passed on. */
export function tellBy(lane: RawLane, { call, key }: Known, depth: number, holder: number): void {
  lane.write({ kind: Kind.passed, id: holder, words: [depth], ...RawLane.named(call, key) });
}

/** Memory of so many bytes, all of them so. */
export function filled(size: number, fill: number): Memory {
  const memory = new Memory(size);
  memory.bytes.fill(fill);
  return memory;
}

/** What an honest server does with whatever it is asked. */
export function serve(message: Message): void {
  if (message.kind === "blockingScalar") message.answer(7);
  else if (message.kind === "mutableLend") {
    message.bytes.fill(99);
    message.answer({ valid: 7 });
  } else message[Symbol.dispose]();
}
