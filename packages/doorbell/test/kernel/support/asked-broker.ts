import { randomFillSync } from "node:crypto";
import { MessageChannel } from "node:worker_threads";

import { Broker } from "../../../src/kernel/broker/broker.ts";
import type { ToThread } from "../../../src/kernel/broker/protocol.ts";
import type { SidWords } from "../../../src/kernel/ids.ts";

const random = new Uint32Array(4_096);
let next = random.length;

/**
 * A random word with the highest bit set. All of those have ten decimal digits, and none is a small integer for the
 * engine: so what is measured of one id differs from what is measured of another by nothing that can be seen in both.
 */
export function bigWord(): number {
  if (next === random.length) {
    randomFillSync(random);
    next = 0;
  }
  next += 1;
  return ((random[next - 1] as number) | 0x80000000) >>> 0;
}

/** A random id of such words. */
export function bigWords(): SidWords {
  return [bigWord(), bigWord(), bigWord(), bigWord()];
}

/** The kernel's core alone, with an owner of servers and one that guesses. Keeps what it told last. */
export class AskedBroker {
  readonly broker: Broker;
  readonly owner: number;
  readonly guesser: number;
  last: ToThread | undefined;

  constructor() {
    this.broker = new Broker({
      post: (_thread, message) => void (this.last = message),
      channel: () => new MessageChannel(),
      later: (run) => void setImmediate(run),
    });
    this.owner = this.broker.join();
    this.guesser = this.broker.join();
  }

  create(server: number, sid: SidWords): void {
    this.broker.receive(this.owner, { type: "createServer", request: 0, server, sid, queueMax: 1 });
  }

  destroy(server: number): void {
    this.broker.receive(this.owner, { type: "destroyServer", server });
  }

  /** Asks for a server as one that does not know whether it exists, and says what it was told. */
  guess(sid: SidWords): ToThread | undefined {
    this.last = undefined;
    this.broker.receive(this.guesser, { type: "connect", request: 0, sid, wait: false });
    return this.last;
  }
}
