import type { Random } from "@doorbell-js/test-support/seed";

import type { Dial, Wire, WireEvents } from "../../src/line/client/link.ts";
import type { Clock } from "../../src/line/time.ts";

/** How bytes travel. Times are fake milliseconds. */
export interface Travel {
  readonly delayMaxMs: number;
  /** Segments are of 1 to so many bytes; `Infinity` cuts nothing. */
  readonly segmentMax: number;
}

/** The server's end of a connection. */
export interface SimSession {
  received(bytes: Buffer): void;
  closed(): void;
}

/** What the server may do with its end. */
export interface SimPeer {
  send(bytes: Buffer): void;
  /** Nothing more will be sent: when all has arrived, the connection is closed. */
  end(): void;
  destroy(): void;
}

/** One direction: bytes arrive late, in pieces, and in order. */
class Pipe {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #travel: Travel;
  readonly #arrive: (bytes: Buffer) => void;
  readonly #underway = new Map<object, { readonly bytes: Buffer; readonly timer: { cancel(): void } }>();
  #lastAt = 0;

  constructor(clock: Clock, random: Random, travel: Travel, arrive: (bytes: Buffer) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#travel = travel;
    this.#arrive = arrive;
  }

  send(bytes: Buffer): void {
    const { segmentMax } = this.#travel;
    for (let at = 0; at < bytes.length;) {
      const length = segmentMax === Infinity ? bytes.length : 1 + this.#random.below(segmentMax);
      this.#segment(bytes.subarray(at, at + length));
      at += length;
    }
  }

  /** Runs `then` once all that is underway has arrived. */
  after(then: () => void): void {
    this.#clock.after(Math.max(0, this.#lastAt - this.#clock.now()), then);
  }

  /** The connection is cut at some byte of what is underway: those before it arrive now, the rest never does. */
  cut(): void {
    const rest = Buffer.concat([...this.#underway.values()].map(({ bytes }) => bytes));
    this.drop();
    if (rest.length > 0) this.#arrive(rest.subarray(0, this.#random.below(rest.length + 1)));
  }

  drop(): void {
    for (const { timer } of this.#underway.values()) timer.cancel();
    this.#underway.clear();
  }

  #segment(bytes: Buffer): void {
    const now = this.#clock.now();
    this.#lastAt = Math.max(this.#lastAt, now + this.#random.below(this.#travel.delayMaxMs + 1));
    const key = {};
    const timer = this.#clock.after(this.#lastAt - now, () => {
      this.#underway.delete(key);
      this.#arrive(bytes);
    });
    this.#underway.set(key, { bytes, timer });
  }
}

/** One connection: two pipes, and an end that each side learns of in its own time. */
export class SimConnection implements Wire, SimPeer {
  /** All that has reached the client. */
  heard = "";
  /** What the client wrote, and how much had reached it by then. */
  readonly writes: { readonly text: string; readonly heardBytes: number }[] = [];
  readonly #net: SimNet;
  readonly #events: WireEvents;
  readonly #up: Pipe;
  readonly #down: Pipe;
  #session: SimSession | undefined;
  #clientClosed = false;
  #serverClosed = false;

  constructor(net: SimNet, events: WireEvents) {
    this.#net = net;
    this.#events = events;
    const { clock, random, travel } = net;
    this.#up = new Pipe(clock, random, travel, (bytes) => {
      if (!this.#serverClosed) this.#session?.received(bytes);
    });
    this.#down = new Pipe(clock, random, travel, (bytes) => {
      if (this.#clientClosed) return;
      this.heard += bytes.toString("latin1");
      this.#events.received(bytes);
    });
    clock.after(random.below(travel.delayMaxMs + 1), () => this.#connect());
  }

  /** Whether a server took it. */
  get isAccepted(): boolean {
    return this.#session !== undefined;
  }

  get isOpen(): boolean {
    return this.isAccepted && !this.#clientClosed && !this.#serverClosed;
  }

  write(text: string): void {
    if (!this.isOpen) return;
    this.writes.push({ text, heardBytes: this.heard.length });
    this.#up.send(Buffer.from(text));
  }

  send(bytes: Buffer): void {
    if (!this.#serverClosed) this.#down.send(bytes);
  }

  end(): void {
    this.#down.after(() => this.cut());
  }

  /** Either side, or the network, ends it: what is underway is lost from some byte on, in each direction. */
  cut(cause?: Error): void {
    this.#up.cut();
    this.#down.cut();
    this.#close(cause);
  }

  destroy(): void {
    this.#down.drop();
    this.#up.cut();
    this.#close(undefined);
  }

  #connect(): void {
    if (this.#clientClosed) return;
    if (this.#net.isDown) return this.#close(new Error("ECONNREFUSED"));
    this.#session = this.#net.accept(this);
    this.#events.opened(this);
  }

  #close(cause: Error | undefined): void {
    const { clock, random, travel } = this.#net;
    if (!this.#clientClosed) {
      this.#clientClosed = true;
      clock.after(0, () => this.#events.closed(cause));
    }
    // The server may learn of it long after the client has the next connection.
    if (this.#serverClosed) return;
    this.#serverClosed = true;
    clock.after(random.below(travel.delayMaxMs * 4 + 1), () => this.#session?.closed());
  }
}

/** A network between one client and its server. */
export class SimNet {
  readonly clock: Clock;
  readonly random: Random;
  readonly travel: Travel;
  readonly accept: (peer: SimPeer) => SimSession;
  readonly connections: SimConnection[] = [];
  /** Nobody answers. */
  isDown = false;
  readonly dial: Dial = (events) => {
    const connection = new SimConnection(this, events);
    this.connections.push(connection);
    return connection;
  };

  constructor(clock: Clock, random: Random, travel: Travel, accept: (peer: SimPeer) => SimSession) {
    this.clock = clock;
    this.random = random;
    this.travel = travel;
    this.accept = accept;
  }

  cut(): void {
    this.connections.at(-1)?.cut(new Error("ECONNRESET"));
  }
}
