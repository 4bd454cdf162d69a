import { Kind, type RingWriter, type Wake } from "../ring/index.ts";
import type { LaneBytes } from "./lane-bytes.ts";
import type { GivenAnswer, GivenPass } from "./lane.ts";

/** What answers need of their lane. */
interface AnsweringLane {
  /** One of them waits for room. */
  stalled(): void;
  /** The other end broke the rules. */
  broke(reason: string): void;
}

/** Answers, and words that a call was passed on, on their way out of a lane: what has no room now goes when there is. */
export class LaneAnswers {
  readonly #out: RingWriter;
  readonly #bytes: LaneBytes;
  readonly #peerWake: Wake;
  readonly #lane: AnsweringLane;
  /** What found no room: each tries again, and says whether it is out. */
  readonly #owed: (() => boolean)[] = [];
  /** Words were published for which the peer was not woken; it is, once no more room than this is left. */
  #quiet = false;
  readonly #quietRoom: number;
  #ended = false;

  constructor(out: RingWriter, bytes: LaneBytes, peerWake: Wake, quietRoom: number, lane: AnsweringLane) {
    this.#out = out;
    this.#bytes = bytes;
    this.#peerWake = peerWake;
    this.#quietRoom = quietRoom;
    this.#lane = lane;
  }

  /** How many wait for room. */
  get inLine(): number {
    return this.#owed.length;
  }

  answer(given: GivenAnswer): void {
    if (this.#owed.length === 0 && this.#tryAnswer(given)) return;
    // The memory goes on being its server's: what is sent later is what it held now.
    const kept = { ...given, bytes: given.bytes?.slice(0) };
    this.#owe(() => this.#tryAnswer(kept));
  }

  #tryAnswer({ call, key, status, words, bytes, passed }: GivenAnswer): boolean {
    if (this.#ended || !this.#hasSlot()) return this.#ended;
    const place = bytes === undefined ? 0 : this.#bytes.place(new Uint8Array(bytes));
    if (place === undefined) return false;
    if (bytes !== undefined && place < 0) this.#bytes.post(bytes, false);
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = words;
    this.#out.write(passed ? Kind.passedAnswer : Kind.answer, key | 0, status, call, high(key), a, b, c, d);
    this.#out.writeFifth(e);
    if (bytes !== undefined) this.#out.writeBytes(bytes.byteLength, place);
    this.#out.publish();
    this.#peerWake.ring();
    return true;
  }

  /** Tells of a call that was passed on; false if there is no room to. */
  pass({ call, key, depth, holder }: GivenPass): boolean {
    if (!this.#hasSlot()) return false;
    this.#out.write(Kind.passed, key | 0, holder, call, high(key), depth, 0, 0, 0);
    this.#out.publish();
    // Who called sleeps until its answer comes, and reads this then: a wake-up for it would cost as much as a hop.
    if (this.#out.refresh() > this.#quietRoom) this.#quiet = true;
    else this.#peerWake.ring();
    return true;
  }

  /** Wakes the peer if words were published of which it was not told. */
  wakeQuiet(): void {
    if (!this.#quiet) return;
    this.#quiet = false;
    this.#peerWake.ring();
  }

  #hasSlot(): boolean {
    if (this.#out.room > 0) return true;
    if (this.#out.broken) this.#lane.broke("its counter of slots taken cannot be");
    return false;
  }

  #owe(tryAgain: () => boolean): void {
    this.#owed.push(tryAgain);
    this.#lane.stalled();
  }

  /** Sends what waits for room, and says whether something still does. */
  flush(): boolean {
    while (!this.#ended) {
      const next = this.#owed[0];
      if (next === undefined) return false;
      if (!next()) return true;
      this.#owed.shift();
    }
    return false;
  }

  /** The lane has ended: nobody is there to have them. */
  close(): void {
    this.#ended = true;
    this.#owed.length = 0;
  }
}

/** The upper of the two words of a call's key. */
function high(key: number): number {
  return (key / 2 ** 32) | 0;
}
