import type { MessagePort } from "node:worker_threads";

import type { ToBroker, ToThread } from "../../../src/kernel/broker/index.ts";
import type { Sid } from "../../../src/kernel/index.ts";
import { half, Kind, RingReader, type RingSize, RingWriter, Wake } from "../../../src/kernel/ring/index.ts";

type Of<T extends ToThread["type"]> = Extract<ToThread, { type: T }>;

/** A party that speaks to the kernel by hand, and keeps none of the rules that the library keeps for it. */
export class RawParty implements Disposable {
  readonly #port: MessagePort;
  readonly #heard: ToThread[] = [];
  #wake: (() => void) | undefined;
  #writer: RingWriter | undefined;
  #reader: RingReader | undefined;
  #peerWake: Wake | undefined;
  #request = 0;
  /** All that the kernel ever told, in its order. */
  readonly all: ToThread[] = [];
  lane: (Of<"lane"> & { readonly writer: RingWriter; readonly reader: RingReader }) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (message: ToThread) => {
      this.#heard.push(message);
      this.all.push(message);
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

  /** Connects, and has the lane's memory in its own hands. */
  async connect(sid: Sid): Promise<number> {
    const { ring } = await this.hears("welcome");
    this.#request += 1;
    this.post({ type: "connect", request: this.#request, sid: sid.words(), wait: false });
    const lane = await this.hears("lane");
    this.#take(lane, ring);
    return (await this.hears("connected")).connection;
  }

  /** Makes a server of this id, which receives nothing by itself. Resolves to what waits for its first client. */
  async serve(sid: Sid, queueMax = 128): Promise<() => Promise<void>> {
    const { ring } = await this.hears("welcome");
    this.post({ type: "createServer", request: 0, server: 1, sid: sid.words(), queueMax });
    await this.hears("done");
    return async () => this.#take(await this.hears("lane"), ring);
  }

  #take(lane: Of<"lane">, ring: RingSize): void {
    const { shared, direction, wake } = lane;
    this.#writer = new RingWriter(shared, half(ring, direction), ring);
    this.#reader = new RingReader(shared, half(ring, direction === 0 ? 1 : 0), ring);
    this.#peerWake = new Wake(wake);
    this.lane = { ...lane, writer: this.#writer, reader: this.#reader };
  }

  /** Writes a slot as it is told to. */
  write(kind: number, connection: number, id: number, call = 0, generation = 0, a = 0): void {
    this.#writer?.write(kind, connection, id, call, this.#peerWake?.takeTicket() ?? 0, a, 0, 0, 0);
    if (kind !== Kind.answer) this.#writer?.writeFifth(generation);
    this.#writer?.publish();
    this.#peerWake?.ring();
  }

  /** Wakes whoever is at the other end. */
  ring(): void {
    this.#peerWake?.ring();
  }

  /** The status of the answer that comes next. */
  async answer(): Promise<number> {
    while ((this.#reader?.available ?? 0) <= 0) await new Promise(setImmediate);
    return this.#reader?.read().id ?? -1;
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}
