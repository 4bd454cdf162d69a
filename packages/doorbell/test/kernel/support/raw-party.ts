import type { MessagePort } from "node:worker_threads";

import type { ToBroker, ToThread } from "../../../src/kernel/broker/protocol.ts";
import type { Sid } from "../../../src/kernel/ids.ts";
import { Kind, type RingSize } from "../../../src/kernel/ring/layout.ts";
import { RawLane } from "./raw-lane.ts";

type Of<T extends ToThread["type"]> = Extract<ToThread, { type: T }>;

/** A party that speaks to the kernel by hand, and keeps none of the rules that the library keeps for it. */
export class RawParty implements Disposable {
  readonly #port: MessagePort;
  readonly #heard: ToThread[] = [];
  #wake: (() => void) | undefined;
  #ring: RingSize | undefined;
  #request = 0;
  /** All that the kernel ever told, in its order. */
  readonly all: ToThread[] = [];
  /** Its lanes by the thread at the other end, and the first of them. */
  readonly lanes: Map<number, RawLane> = new Map();
  lane: RawLane | undefined;

  /** Resolves when the kernel hears it no more. */
  readonly closed: Promise<void>;

  constructor(port: MessagePort) {
    this.#port = port;
    this.closed = new Promise((resolve) => port.once("close", resolve));
    port.on("message", (message: ToThread) => {
      this.#heard.push(message);
      this.all.push(message);
      if (message.type === "welcome") this.#ring = message.ring;
      if (message.type === "lane" && this.#ring !== undefined) {
        const lane = new RawLane(message, this.#ring);
        this.lanes.set(lane.peer, lane);
        this.lane ??= lane;
      }
      this.#wake?.();
    });
  }

  post(message: ToBroker): void {
    this.#port.postMessage(message);
  }

  /** The next message of a type; those before it are passed over. */
  async hears<T extends ToThread["type"]>(type: T): Promise<Of<T>> {
    for (;;) {
      const at = this.#heard.findIndex((message) => message.type === type);
      if (at >= 0) return this.#heard.splice(0, at + 1).at(-1) as Of<T>;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** How the kernel replies to what was asked last: `done`, or the code of the failure. */
  async reply(): Promise<string> {
    for (;;) {
      const at = this.#heard.findIndex(({ type }) => type === "done" || type === "failed");
      const reply = at < 0 ? undefined : this.#heard.splice(0, at + 1).at(-1);
      if (reply !== undefined) return reply.type === "failed" ? reply.code : reply.type;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Its number, once it is told. */
  get thread(): number {
    const welcome = this.all.find((message) => message.type === "welcome");
    return welcome?.type === "welcome" ? welcome.thread : -1;
  }

  /** Connects, and has the lane's memory in its own hands. */
  async connect(sid: Sid): Promise<number> {
    if (this.#ring === undefined) await this.hears("welcome");
    this.#request += 1;
    this.post({ type: "connect", request: this.#request, sid: sid.words(), wait: false });
    return (await this.hears("connected")).connection;
  }

  /** Makes a server of this id, which receives nothing by itself. Resolves to what waits for its first client. */
  async serve(sid: Sid, queueMax = 128): Promise<() => Promise<void>> {
    if (this.#ring === undefined) await this.hears("welcome");
    this.#request += 1;
    this.post({ type: "createServer", request: 0, server: 1, sid: sid.words(), queueMax });
    await this.hears("done");
    return async () => void (this.lane ?? (await this.hears("lane")));
  }

  /** The lane to a thread, once there is one. */
  async laneTo(peer: number): Promise<RawLane> {
    for (;;) {
      const lane = this.lanes.get(peer);
      if (lane !== undefined) return lane;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Writes a slot into its first lane, as it is told to. */
  write(kind: number, connection: number, id: number, call = 0, generation = 0, a = 0): void {
    const fifth = kind === Kind.answer ? 0 : generation;
    this.lane?.write({ kind, connection, id, call, fifth, words: [a] });
  }

  /** Wakes whoever is at the other end of it. */
  ring(): void {
    this.lane?.ring();
  }

  /** The status of the answer that comes next. */
  async answer(): Promise<number> {
    return (await this.lane?.next())?.id ?? -1;
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}
