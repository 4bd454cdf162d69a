import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { type CoreOptions, ServerCore } from "../../src/line/server/core.ts";
import { MemorySource } from "../../src/line/server/memory-source.ts";
import type { Session } from "../../src/line/server/session.ts";
import { type CloseReason, completeLimits, type Limits, type Source } from "../../src/line/server/types.ts";
import { FakeDefer } from "./fake-defer.ts";
import { MockCarrier } from "./mock-carrier.ts";

export interface TestCoreOptions {
  readonly sources?: Readonly<Record<string, Source>>;
  readonly post?: CoreOptions["post"];
  readonly openInbox?: CoreOptions["openInbox"];
  readonly compat?: CoreOptions["compat"];
  readonly limits?: Partial<Limits>;
}

/** A server without I/O, on a fake clock, with two sources in memory unless others are given. */
export class TestCore {
  readonly clock: FakeClock = new FakeClock();
  readonly turn: FakeDefer = new FakeDefer();
  readonly random: MemorySource = new MemorySource({ keep: 1, repeat: true });
  readonly classified: MemorySource = new MemorySource();
  readonly reasons: CloseReason[] = [];
  readonly failures: unknown[] = [];
  readonly core: ServerCore;

  constructor({ sources, post, openInbox, compat = "answer", limits = {} }: TestCoreOptions = {}) {
    this.core = new ServerCore({
      sources: sources ?? { random: this.random, classified: this.classified },
      post,
      openInbox,
      compat,
      limits: completeLimits(limits),
      clock: this.clock,
      defer: this.turn.defer,
      sessionClosed: (reason) => this.reasons.push(reason),
      sourceFailed: (cause) => this.failures.push(cause),
    });
  }

  connect(room?: number): Client {
    return new Client(this.core, room);
  }
}

/** One end of a connection without a network: what the client says goes straight to its session. */
export class Client {
  readonly carrier: MockCarrier;
  readonly session: Session;

  constructor(core: ServerCore, room?: number) {
    this.carrier = new MockCarrier(room);
    this.session = core.open(this.carrier);
    this.carrier.session = this.session;
  }

  /** Says these lines, in one chunk. */
  say(...lines: readonly string[]): void {
    this.session.received(Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
  }

  /** The lines that came since this was asked last. */
  heard(): string[] {
    return this.carrier.takeLines();
  }

  /** Says these lines, and gives what came by then. */
  ask(...lines: readonly string[]): string[] {
    this.say(...lines);
    return this.heard();
  }
}
