import type { ToThread } from "../../../src/kernel/broker/protocol.ts";
import type { Sid, SidWords } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import { half, Kind, type RingSize } from "../../../src/kernel/ring/layout.ts";
import { RingReader, RingWriter, type Slot } from "../../../src/kernel/ring/ring.ts";
import { Wake } from "../../../src/kernel/ring/wake.ts";
import { RawParty } from "../../kernel/support/raw-party.ts";

type LaneMessage = Extract<ToThread, { type: "lane" }>;

/** One lane, written by hand and read without wiping anything. */
export class RawLane {
  readonly message: LaneMessage;
  readonly #ring: RingSize;
  readonly #writer: RingWriter;
  readonly #wake: Wake;
  #read = 0;

  constructor(message: LaneMessage, ring: RingSize) {
    this.message = message;
    this.#ring = ring;
    this.#writer = new RingWriter(message.shared, half(ring, message.direction), ring);
    this.#wake = new Wake(message.wake);
  }

  /** The next slot that the peer has written, which stays where it is. */
  async next(): Promise<Slot> {
    for (;;) {
      const copy = new SharedArrayBuffer(this.message.shared.byteLength);
      new Uint8Array(copy).set(new Uint8Array(this.message.shared));
      const reader = new RingReader(
        copy,
        half(this.#ring, this.message.direction === 0 ? 1 : 0),
        this.#ring,
        this.#read,
      );
      if (reader.available > 0) {
        this.#read += 1;
        return { ...reader.read() };
      }
      await new Promise(setImmediate);
    }
  }

  write(kind: number, connection: number, id: number, a = 0, b = 0, bytes?: Uint8Array): void {
    const place = bytes === undefined ? 0 : this.#writer.place(bytes);
    this.#writer.write(kind, connection, id, 0, this.#wake.takeTicket(), a, b, 0, 0);
    if (bytes !== undefined) this.#writer.writeBytes(bytes.length, place);
    this.#publish();
  }

  /** Answers a call: with a number, or with what was lent. */
  answer({ call, e: key }: Slot, a: number, lent?: { readonly bytes: Uint8Array; readonly valid: number }): void {
    const place = lent === undefined ? 0 : this.#writer.place(lent.bytes);
    const status = lent === undefined ? 1 : 16;
    const upper = Math.floor(key / 2 ** 32);
    this.#writer.write(Kind.answer, key | 0, status, call, upper, a, lent?.valid ?? 0, 0, 0);
    this.#writer.writeFifth(0);
    if (lent !== undefined) this.#writer.writeBytes(lent.bytes.length, place);
    this.#publish();
  }

  #publish(): void {
    this.#writer.publish();
    this.#wake.ring();
  }
}

/** A notifier that speaks to the kernel by hand, and keeps every byte that it is ever told, by port or by ring. */
export class RawNotifier implements Disposable {
  readonly party: RawParty;
  readonly #ring: RingSize;
  readonly #lanes = new Map<number, RawLane>();
  #request = 100;

  private constructor(party: RawParty, ring: RingSize) {
    this.party = party;
    this.#ring = ring;
  }

  /** Makes the notifier's server. */
  static async start(kernel: Kernel, sid: Sid): Promise<RawNotifier> {
    const party = new RawParty(await kernel.invite());
    const { ring } = await party.hears("welcome");
    party.post({ type: "createServer", request: 0, server: 1, sid: sid.words(), queueMax: 128 });
    await party.hears("done");
    return new RawNotifier(party, ring);
  }

  /** The lane to a thread, as soon as the kernel has laid it. */
  async lane(peer?: number): Promise<RawLane> {
    for (;;) {
      const message = this.party.all.find(
        (one): one is LaneMessage => one.type === "lane" && (peer === undefined || one.peer === peer),
      );
      if (message === undefined) await new Promise(setImmediate);
      else {
        let lane = this.#lanes.get(message.peer);
        if (lane === undefined) this.#lanes.set(message.peer, (lane = new RawLane(message, this.#ring)));
        return lane;
      }
    }
  }

  /** Connects; the lane, and the connection's number in it. */
  async connect(sid: SidWords): Promise<{ readonly lane: RawLane; readonly connection: number }> {
    const request = (this.#request += 1);
    this.party.post({ type: "connect", request, sid, wait: false });
    for (;;) {
      const { peer, connection, request: of } = await this.party.hears("connected");
      if (of === request) return { lane: await this.lane(peer), connection };
    }
  }

  [Symbol.dispose](): void {
    this.party[Symbol.dispose]();
  }
}
