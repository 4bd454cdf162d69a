import type { Connection } from "../../kernel/index.ts";
import type { SubscribeRequest } from "../api.ts";
import { Backlog, type Waiting } from "../backlog.ts";

/** One subscriber, at the notifier: its bell, and the events that its bell had no room for. */
export class Listener {
  readonly #opcode: number;
  readonly #mark: number;
  readonly #waits: boolean;
  readonly #backlog: Backlog<Uint8Array>;
  #connection: Connection | undefined;
  #catchingUp: Promise<void> | undefined;
  #begun = false;
  #ended = false;

  constructor({ opcode, mark, behind }: SubscribeRequest, pendingMax: number) {
    this.#opcode = opcode;
    this.#mark = mark;
    this.#waits = behind === "wait";
    this.#backlog = new Backlog(behind, pendingMax);
  }

  get dropped(): number {
    return this.#backlog.dropped;
  }

  get late(): boolean {
    return this.#catchingUp !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Its bell. It is not rung before {@link begin}. */
  set connection(connection: Connection) {
    this.#connection = connection;
  }

  /** It can be rung from now on; what happened meanwhile comes first. */
  begin(): void {
    this.#begun = true;
    if (this.#backlog.length > 0) this.#catchingUp = this.#catchUp();
  }

  /**
   * Rings it if there is room; else the event waits its turn, without anybody waiting for it. False if the bell is gone.
   */
  ring(sequence: number, bytes: Uint8Array): boolean {
    const connection = this.#connection;
    if (connection === undefined || !this.#begun || this.#catchingUp !== undefined) {
      this.#backlog.push(sequence, bytes);
      return true;
    }
    const words = { offset: sequence, valid: this.#mark };
    const failure = connection.tryMoveCopy(this.#opcode, bytes, words);
    if (failure === undefined) return true;
    if (failure !== "ServerQueueFull") return false;
    this.#backlog.push(sequence, bytes);
    this.#catchingUp = this.#catchUp();
    return true;
  }

  /** What a notifier waits for that does not want to be faster than this subscriber. */
  get behind(): Promise<void> | undefined {
    return this.#waits ? this.#catchingUp : undefined;
  }

  async #catchUp(): Promise<void> {
    try {
      for (let next = this.#backlog.shift(); next !== undefined; next = this.#backlog.shift()) await this.#send(next);
    } catch {
      // The bell is gone, or was taken back: the end of the connection tells.
    }
    this.#catchingUp = undefined;
  }

  async #send({ sequence, body }: Waiting<Uint8Array>): Promise<void> {
    if (body === undefined) await this.#connection?.scalar(this.#opcode, [sequence, this.#mark]);
    else await this.#connection?.moveCopy(this.#opcode, body, { offset: sequence, valid: this.#mark });
  }

  /** Nothing is sent to it any more. */
  end(): void {
    this.#ended = true;
    this.#backlog.clear();
    this.#connection?.disconnect();
  }
}
