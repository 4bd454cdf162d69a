import type { Incoming } from "./incoming.ts";

/** What is true of every message that was received. */
export abstract class ReceivedMessage {
  readonly id: number;
  readonly sender: number;
  readonly #incoming: Incoming;

  constructor(incoming: Incoming, id: number) {
    this.id = id;
    this.sender = incoming.lane.peer;
    this.#incoming = incoming;
  }

  /** @internal */
  static incoming(message: ReceivedMessage): Incoming {
    return message.#incoming;
  }

  /** @internal It is about to be handed to the server's program. */
  abstract onReceived(): void;
  /** @internal It never will be: its sender died, or its server ended. */
  abstract onDiscarded(): void;
}
