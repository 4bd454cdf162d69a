import type { Lane } from "./lane.ts";
import type { ServerCore } from "./server-core.ts";

/** The server's side of a connection. */
export class Incoming {
  readonly lane: Lane;
  readonly index: number;
  readonly server: ServerCore;
  readonly opcodes: ReadonlySet<number> | undefined;
  /** The number of the narrowed id by which it was made; `undefined` by the server's own id. */
  readonly narrowed: number | undefined;
  /** Messages that are here and not consumed: more than the queue holds is a sender that breaks the rules. */
  held = 0;

  /** A sender that waits is woken for so many places at once, or when its receiver looks for more: not for each. */
  readonly #enough: number;
  #onEmpty: (() => void) | undefined;

  constructor(
    lane: Lane,
    index: number,
    server: ServerCore,
    opcodes: ReadonlySet<number> | undefined,
    narrowed: number | undefined,
  ) {
    this.lane = lane;
    this.index = index;
    this.server = server;
    this.opcodes = opcodes;
    this.narrowed = narrowed;
    this.#enough = Math.max(1, server.queueMax >>> 2);
  }

  /** True if a narrowed id made it that is revoked by now: then nothing that comes by it takes effect any more. */
  get isRevoked(): boolean {
    return this.narrowed !== undefined && !this.server.narrowed.has(this.narrowed);
  }

  /** One of its messages is received, or answered, or several are: their places are free. */
  consume(count = 1): void {
    this.held -= count;
    this.lane.consume(this.index, count, this.#enough);
    if (this.held === 0) this.#onEmpty?.();
  }

  /** Runs it once no message is held: until then the places that they take are not another connection's. */
  whenEmpty(run: () => void): void {
    if (this.held === 0) run();
    else this.#onEmpty = run;
  }
}
