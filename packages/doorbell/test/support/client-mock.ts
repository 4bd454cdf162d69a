import assert from "node:assert/strict";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Client } from "../../src/line/client/client.ts";
import type { ClientOptions } from "../../src/line/client/connect.ts";
import type { Dial, Wire, WireEvents } from "../../src/line/client/link.ts";
import { LineError, type LineErrorCode } from "../../src/line/errors.ts";

/** One connection without a network: the test is the server, and says when it opens, what comes, and when it ends. */
export class MockWire implements Wire {
  readonly #events: WireEvents;
  #written = "";
  destroyed = false;
  closed = false;

  constructor(events: WireEvents) {
    this.#events = events;
  }

  open(): this {
    this.#events.opened(this);
    return this;
  }

  write(text: string): void {
    if (!this.destroyed) this.#written += text;
  }

  /** As a socket: `closed` follows, and not in the same breath. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    queueMicrotask(() => this.close());
  }

  /** The connection is gone. */
  close(cause?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#events.closed(cause);
  }

  /** The server says these lines, in one segment. */
  say(...lines: readonly string[]): void {
    this.bytes(lines.map((line) => `${line}\r\n`).join(""));
  }

  bytes(bytes: string | Uint8Array): void {
    if (!this.closed) this.#events.received(Buffer.from(bytes));
  }

  /** The commands written since the last time this was asked. */
  heard(): string[] {
    const lines = this.#written.split("\r\n");
    this.#written = lines.pop() ?? "";
    return lines;
  }
}

export class MockDial {
  readonly wires: MockWire[] = [];
  readonly dial: Dial = (events) => {
    const wire = new MockWire(events);
    this.wires.push(wire);
    return { destroy: () => wire.destroy() };
  };

  /** The connection that is tried or held now. */
  get last(): MockWire {
    const wire = this.wires.at(-1);
    assert.ok(wire !== undefined, "nothing has been dialled");
    return wire;
  }
}

/** Long enough for every promise that can go on to have gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A client on a fake clock and mock wires. */
export class Bench<C extends Client = Client> {
  readonly clock: FakeClock = new FakeClock();
  readonly net: MockDial = new MockDial();
  readonly client: C;

  constructor(
    options: ClientOptions = {},
    type: new (...args: ConstructorParameters<typeof Client>) => C = Client as never,
  ) {
    this.client = new type({ dial: this.net.dial, clock: this.clock, random: () => 0.5 }, options);
  }

  get wire(): MockWire {
    return this.net.last;
  }

  /** Says these lines, lets the client act on them, and gives the commands that it sent since this was called last. */
  async say(...lines: readonly string[]): Promise<string[]> {
    this.wire.say(...lines);
    await settle();
    return this.wire.heard();
  }

  /** Lets `ms` go by, step by step, so that what falls due can lead to what falls due later. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    do await settle();
    while (this.clock.runNext(end));
  }

  /** The connection is lost, and the next one made. */
  async reconnect(cause?: Error): Promise<string[]> {
    const before = this.net.wires.length;
    this.wire.close(cause);
    await settle();
    while (this.net.wires.length === before)
      assert.ok(this.clock.runNext(this.clock.now() + 60_000), "the client dials anew");
    this.wire.open();
    await settle();
    return this.wire.heard();
  }
}

/** A bench whose client is connected, and has sent what it sends by itself. */
export async function bench(options: ClientOptions = {}): Promise<Bench> {
  const made = new Bench(options);
  made.wire.open();
  await settle();
  return made;
}

/** A call that may fail: how it ended. */
export async function outcome<T>(call: Promise<T>): Promise<T | LineErrorCode> {
  try {
    return await call;
  } catch (error) {
    assert.ok(error instanceof LineError, `what a call fails with is a LineError, not ${String(error)}`);
    return error.code;
  }
}

/** Demands that `call` fails with `code`. */
export function fails(call: Promise<unknown>, code: LineErrorCode): Promise<void> {
  return assert.rejects(call, (error: LineError) => {
    assert.equal(error.code, code, error.stack);
    return true;
  });
}

/** What a promise came to by now: its value, an error, or `undefined` when it waits. */
export class Watched<T> {
  value: T | undefined;
  error: LineError | undefined;

  constructor(promise: Promise<T>) {
    promise.then(
      (value) => (this.value = value),
      (error: unknown) => (this.error = error as LineError),
    );
  }

  get settled(): boolean {
    return this.value !== undefined || this.error !== undefined;
  }
}
