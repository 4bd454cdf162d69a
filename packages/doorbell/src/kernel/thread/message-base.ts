import type { SyncOptions, WaitOptions } from "../api.ts";
import { KernelError, type KernelErrorCode } from "../errors.ts";
import { noOptions } from "../options.ts";
import type { Incoming } from "./incoming.ts";
import type { Lane } from "./lane.ts";
import type { Forwards, Passable, Passed } from "./passed.ts";
import type { Draft } from "./sending.ts";
import type { Connection, Failure } from "./types.ts";

/** What is true of every message that was received. */
export abstract class ReceivedMessage {
  readonly id: number;
  readonly sender: number;
  readonly #incoming: Incoming;
  readonly #depth: number;
  /** Whose it is: its program's; nobody's, while it waits to be passed on; or another's by now. */
  #state: "own" | "waiting" | "gone" = "own";
  /** Its program dropped it while it waited. */
  #dropped = false;

  constructor(incoming: Incoming, id: number, depth: number) {
    this.id = id;
    this.sender = incoming.lane.peer;
    this.#incoming = incoming;
    this.#depth = depth;
  }

  /** @internal */
  static incoming(message: ReceivedMessage): Incoming {
    return message.#incoming;
  }

  /** @internal Whether it had been passed on before it came here. */
  static wasPassed(message: ReceivedMessage): boolean {
    return message.#depth > 0;
  }

  forward(connection: Connection, id: number, options: WaitOptions = noOptions): Promise<void> {
    try {
      return forwardsOf(connection).forward(this.#passable, id, options);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is what the failure was
      return Promise.reject(error);
    }
  }

  forwardSync(connection: Connection, id: number, options: SyncOptions = noOptions): void {
    forwardsOf(connection).sync(this.#passable, id, options);
  }

  tryForward(connection: Connection, id: number): Failure | undefined {
    return forwardsOf(connection).try(this.#passable, id);
  }

  get #passable(): Passable {
    return {
      passed: { depth: this.#depth, caller: this.caller },
      draft: (id, passed) => {
        this.assertOwn("waiting");
        return this.draft(id, passed);
      },
      waits: () => {
        this.assertOwn();
        this.#state = "waiting";
      },
      stays: () => {
        if (this.#state === "waiting") this.#state = "own";
        const dropped = this.#dropped;
        this.#dropped = false;
        if (dropped) this[Symbol.dispose]();
      },
      gone: () => {
        this.#state = "gone";
        this.onPassedOn();
      },
    };
  }

  /** Fails with `DoubleFree` unless its program may still do something with it. */
  protected assertOwn(allowed?: "waiting"): void {
    if (this.#state === "own" || this.#state === allowed) return;
    const what = this.#state === "gone" ? "was passed on before" : "is about to be passed on";
    throw new KernelError("DoubleFree", `This message ${what}: it is not this server's to use any more.`, {
      detail: "forwarded",
    });
  }

  [Symbol.dispose](): void {
    if (this.#state === "own") this.onDropped();
    else this.#dropped = true;
  }

  /** Who waits for its answer, if anybody does. */
  protected abstract readonly caller: Passed["caller"];
  /** What is sent when it is passed on. */
  protected abstract draft(id: number, passed: Passed): Draft;
  /** It is another's now. */
  protected abstract onPassedOn(): void;
  /** Its program has dropped it. */
  protected abstract onDropped(): void;

  /** @internal Its caller, if anybody waits, fails with this code. */
  refuse(code: KernelErrorCode): void {
    this.assertOwn();
    this.onRefused(code);
  }

  protected abstract onRefused(code: KernelErrorCode): void;

  /**
   * @internal Whether it ends with the thread at the other end of this lane: the one that called; or that sent it, if it
   * was not passed on, for then it is its forwarder's no more.
   */
  endsWith(lane: Lane): boolean {
    if (this.caller !== undefined) return this.caller.lane === lane;
    return this.#depth === 0 && this.#incoming.lane === lane;
  }

  /** @internal It is about to be handed to the server's program. */
  abstract onReceived(): void;
  /** @internal It never will be: its sender died, or its server ended. */
  abstract onDiscarded(): void;
}

function forwardsOf(connection: Connection): Forwards {
  const { forwards } = (connection ?? {}) as { readonly forwards?: Forwards };
  if (forwards === undefined) throw new KernelError("InvalidArgument", "A message is passed on over a Connection.");
  return forwards;
}
