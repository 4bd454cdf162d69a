import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

import { Memory } from "../memory.ts";
import { CONNECTIONS_IN_LANE, half, Kind, type RingSize, Where } from "../ring/layout.ts";
import { Credits, RingReader, RingWriter, type Slot } from "../ring/ring.ts";
import type { Wake } from "../ring/wake.ts";
import type {
  GivenAnswer,
  GivenPass,
  Incoming,
  LaneHost,
  LaneParts,
  Outgoing,
  Passed,
  RemoteLane,
} from "./contracts.ts";

/** The lane between two threads: a ring each way in memory that only they share, and a port for large memory. */
export class RingLane implements RemoteLane {
  readonly peer: number;
  readonly local = false;
  ended = false;
  readonly outgoing: (Outgoing | undefined)[] = [];
  readonly incoming: (Incoming | undefined)[] = [];
  readonly #out: RingWriter;
  readonly #in: RingReader;
  readonly #outCredits: Credits;
  readonly #inCredits: Credits;
  readonly #port: MessagePort;
  /** The memory that goes by it. */
  readonly #bytes: LaneBytes;
  readonly #peerWake: Wake;
  readonly #host: LaneHost;
  readonly #answers: LaneAnswers;
  readonly #closing: Closing;
  /** Places made in queues since the peer was last asked whether it waits for some. */
  #freed = 0;
  /** How many slots the last {@link look} saw. */
  seen = 0;

  constructor(parts: LaneParts, size: RingSize, peerWake: Wake, host: LaneHost, start = 0) {
    this.peer = parts.peer;
    const out = half(size, parts.direction);
    const back = half(size, parts.direction === 0 ? 1 : 0);
    const table = (at: number): Int32Array => new Int32Array(parts.shared, at * 4, CONNECTIONS_IN_LANE);
    this.#out = new RingWriter(parts.shared, out, size, start);
    this.#in = new RingReader(parts.shared, back, size, start);
    this.#outCredits = new Credits(table(out.sent), table(out.consumed));
    this.#inCredits = new Credits(table(back.sent), table(back.consumed));
    this.#port = parts.port;
    this.#bytes = new LaneBytes(this.#out, this.#in, parts.port);
    this.#peerWake = peerWake;
    this.#host = host;
    this.#answers = new LaneAnswers(this.#out, this.#bytes, peerWake, size.slots >>> 1, {
      stalled: () => host.stalled(this),
      broke: (reason) => void this.#broke(reason),
    });
    this.#closing = new Closing((connection) => {
      const incoming = this.incoming[connection];
      this.incoming[connection] = undefined;
      if (incoming === undefined) host.drained(this, connection);
      else incoming.whenEmpty(() => host.drained(this, connection));
    });
  }

  /** Counters for more connections: `out`, of those this thread has to the peer. */
  addPage(out: boolean, shared: SharedArrayBuffer): void {
    (out ? this.#outCredits : this.#inCredits).addPage(shared);
  }

  // Sending.

  hasRoom(connection: Outgoing): boolean {
    if (connection.room <= 0) {
      const outstanding = this.#outCredits.outstanding(connection.index);
      if (outstanding < 0) return this.#broke("it counts more messages as consumed than were sent");
      connection.room = connection.queueMax - outstanding;
      if (connection.room <= 0) return false;
    }
    if (this.#out.room > 0) return true;
    return this.#out.broken ? this.#broke("its counter of slots taken cannot be") : false;
  }

  send(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    a: number,
    b: number,
    c: number,
    d: number,
    passed?: Passed,
  ): void {
    this.#out.write(kind, connection.index, id, call, this.#peerWake.takeTicket(), a, b, c, d);
    if (kind !== Kind.scalar) this.#out.writeFifth(key);
    if (passed !== undefined) this.#out.writePassed(passed.depth, passed.caller?.lane.peer ?? 0, false);
    this.#sent(connection);
  }

  sendScalars(connection: Outgoing, id: number, words: Float64Array): number {
    this.hasRoom(connection);
    const count = Math.min(words.length >>> 2, connection.room, this.#out.room);
    if (count <= 0) return 0;
    this.#out.writeScalars(connection.index, id, this.#peerWake.takeTickets(count), words, count);
    connection.room -= count;
    this.#outCredits.send(connection.index, count);
    this.#out.publish();
    this.#peerWake.ring();
    return count;
  }

  sendMemory(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    memory: Memory,
    offset: number,
    valid: number,
    passed?: Passed,
  ): boolean {
    const { bytes } = memory;
    const buffer = Memory.lend(memory);
    const place = this.#bytes.place(bytes);
    if (place === undefined) {
      Memory.comeBack(memory);
      return false;
    }
    const { byteLength } = buffer;
    // What is passed on does not come back here: it returns to who lent it.
    const isMove = kind === Kind.move || passed !== undefined;
    if (place < 0) this.#bytes.post(buffer, isMove);
    this.#out.write(kind, connection.index, id, call, this.#peerWake.takeTicket(), offset, valid, 0, 0);
    this.#out.writeFifth(key);
    this.#out.writeBytes(byteLength, place);
    if (passed !== undefined) this.#out.writePassed(passed.depth, passed.caller?.lane.peer ?? 0, true);
    this.#sent(connection);
    if (isMove) Memory.moved(memory);
    return true;
  }

  get copyMax(): number {
    return this.#out.inlineMax;
  }

  sendCopy(connection: Outgoing, id: number, bytes: Uint8Array, offset: number, valid: number): boolean {
    const place = this.#out.place(bytes);
    if (place < 0) return false;
    this.#out.write(Kind.move, connection.index, id, 0, this.#peerWake.takeTicket(), offset, valid, 0, 0);
    this.#out.writeBytes(bytes.length, place);
    this.#sent(connection);
    return true;
  }

  #sent(connection: Outgoing): void {
    connection.room -= 1;
    this.#outCredits.send(connection.index, 1);
    this.#out.publish();
    this.#peerWake.ring();
  }

  answer(given: GivenAnswer): void {
    if (this.ended) return;
    this.giveRoom();
    this.#answers.answer(given);
  }

  pass(given: GivenPass): void {
    // Whoever takes nothing must not hold up who passes its calls on, which may be about to end: the kernel tells it then.
    if (!this.ended && !this.#answers.pass(given)) this.#host.relay(this, given);
  }

  /** Wakes the peer if words were published of which it was not told. */
  wakeQuiet(): void {
    this.#answers.wakeQuiet();
  }

  /** Answers that wait for room. */
  get answersInLine(): number {
    return this.#answers.inLine;
  }

  flush(): boolean {
    return this.#answers.flush();
  }

  wantRoom(): void {
    this.#out.wantRoom();
  }

  // Receiving.

  /** How many slots can be taken now; remembers it as {@link seen}. */
  look(): number {
    this.seen = this.ended ? 0 : this.#in.available;
    if (this.seen >= 0) return this.seen;
    this.seen = 0;
    this.#broke("its counter of slots published cannot be");
    return 0;
  }

  /** Takes so many slots. */
  drain(count: number): void {
    for (let left = count; left > 0 && !this.ended;) {
      const taken = this.#takeScalars(left);
      if (taken === 0) this.takeOne();
      left -= Math.max(1, taken);
    }
    this.release();
  }

  /** Takes the scalars in a row that are next, of one connection with which all is well; how many there were. */
  #takeScalars(most: number): number {
    if (this.#in.peekKind() !== Kind.scalar) return 0;
    const connection = this.#in.peekConnection();
    const incoming = this.incoming[connection];
    const queue = incoming?.opcodes === undefined ? incoming?.server.scalars : undefined;
    if (incoming === undefined || queue === undefined) return 0;
    const room = queue.room(Math.min(most, incoming.server.queueMax - incoming.held));
    const count = this.#in.readScalars(connection, room, queue.numbers, queue.end);
    queue.pushed(incoming, count);
    incoming.held += count;
    this.seen -= count;
    this.#closing.taken(count);
    return count;
  }

  takeOne(): void {
    this.seen -= 1;
    const slot = this.#in.read();
    this.#closing.taken(1);
    this.#host.arrived(this, slot);
  }

  /** Takes the answers that are next, of those seen: they have no order among messages. Whether a message is next. */
  skipAnswers(): boolean {
    while (this.seen > 0 && !this.ended) {
      if (this.#in.peekKind() < Kind.answer) return true;
      this.takeOne();
    }
    return false;
  }

  takeBytes(slot: Slot, into?: ArrayBuffer): ArrayBuffer | undefined {
    return this.#bytes.take(slot, into);
  }

  get ticket(): number {
    return this.#in.peekTicket();
  }

  /** Gives the room of what was taken back to the sender. */
  release(): void {
    if (this.ended) return;
    this.#in.release();
    this.#gaveRoom();
    this.#closing.settle();
  }

  consume(connection: number, count: number, enough: number): void {
    if (this.ended) return;
    this.#inCredits.consume(connection, count);
    const isFirst = this.#freed === 0;
    this.#freed += count;
    if (this.#freed >= enough) this.giveRoom();
    else if (isFirst) this.#host.freed();
  }

  /** Wakes a sender that waits for room, if some was made. */
  giveRoom(): void {
    if (this.#freed === 0) return;
    this.#freed = 0;
    this.#gaveRoom();
  }

  #gaveRoom(): void {
    if (this.#in.takeRoomWanted()) this.#peerWake.ring();
  }

  /** The peer's connection ended: once all that was published before is taken, nothing of it can come any more. */
  closing(connection: number): void {
    this.#closing.add(connection, this.ended ? 0 : Math.max(0, this.#in.available));
  }

  #broke(reason: string): false {
    if (!this.ended) this.#host.broken(this, reason);
    return false;
  }

  close(): void {
    this.ended = true;
    this.#answers.close();
    this.#port.close();
  }
}

/** The memory that goes by a lane: in line in its rings while it is small, else by its port. */
class LaneBytes {
  readonly #out: RingWriter;
  readonly #in: RingReader;
  readonly #port: MessagePort;

  constructor(out: RingWriter, back: RingReader, port: MessagePort) {
    this.#out = out;
    this.#in = back;
    this.#port = port;
  }

  /** Where bytes are in the ring; -1 if they go by the port, because they are large; `undefined`, no room now. */
  place(bytes: Uint8Array): number | undefined {
    if (bytes.length > this.#out.inlineMax) return -1;
    const place = this.#out.place(bytes);
    return place < 0 ? undefined : place;
  }

  /** What is moved is detached; of what is lent a copy goes, so that a lend always comes back as it was lent. */
  post(buffer: ArrayBuffer, detach: boolean): void {
    const sent = detach ? buffer : buffer.slice(0);
    this.#port.postMessage(sent, [sent]);
  }

  /** The bytes of a slot, in a buffer of their own; `undefined` if they are not what the slot says. */
  take({ where, length, c: from }: Slot, into?: ArrayBuffer): ArrayBuffer | undefined {
    if (where === Where.none) return length === 0 ? (into ?? new ArrayBuffer(0)) : undefined;
    if (where === Where.inline) {
      if (length > this.#out.inlineMax) return undefined;
      const buffer = into?.byteLength === length ? into : new ArrayBuffer(length);
      return this.#in.copy(from, new Uint8Array(buffer)) ? buffer : undefined;
    }
    const posted: unknown = receiveMessageOnPort(this.#port)?.message;
    const good =
      where === Where.port && posted instanceof ArrayBuffer && !posted.resizable && posted.byteLength === length;
    return good ? posted : undefined;
  }
}

/** What answers need of their lane. */
interface AnsweringLane {
  /** One of them waits for room. */
  stalled(): void;
  /** The other end broke the rules. */
  broke(reason: string): void;
}

/** Answers, and words that a call was passed on, on their way out of a lane: what has no room now goes when there is. */
class LaneAnswers {
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

/** Connections of a lane that have ended, until all that came by them is taken from the ring. */
class Closing {
  /** With how many slots that were published before the end are left. */
  readonly #waiting: { readonly connection: number; left: number }[] = [];
  readonly #drained: (connection: number) => void;

  constructor(drained: (connection: number) => void) {
    this.#drained = drained;
  }

  /** A connection has ended, and so many slots may still hold messages of it. */
  add(connection: number, left: number): void {
    this.#waiting.push({ connection, left });
    this.settle();
  }

  /** So many slots were taken. */
  taken(count: number): void {
    if (this.#waiting.length > 0) for (const one of this.#waiting) one.left -= count;
  }

  /** Lets go of those of which nothing can come any more. */
  settle(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.left <= 0; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#drained(next.connection);
    }
  }
}
