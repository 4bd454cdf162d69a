import type { Message } from "dbus-native";

import { BusError, type BusSignal, checkName, type Connection } from "./connection.ts";

const BUS = "org.freedesktop.DBus";

export interface NameListener {
  /**
   * The name has another owner, or none: it was given up, its process ended, or the bus is gone. What the old one told
   * is to be asked of the new one again. Not called for the owner at the time of `watch`.
   */
  ownerChanged(owner: string | undefined): void;
  /** The name's present owner sent a signal. */
  signal(signal: BusSignal): void;
}

/** Signals of one well-known name, until it is disposed of. */
export interface NameWatch extends Disposable {
  /**
   * The unique name of who has the well-known name now. Calls to it, rather than to the well-known name, are answered
   * by whom the signals are of or fail, and start no service.
   */
  readonly owner: string | undefined;
  /** Signals that came from others, and were ignored. */
  readonly ignored: number;
}

/**
 * Takes the signals of one name, and only those of its present owner.
 *
 * A match rule does not see to that: any peer can address a signal to us, of whatever interface and path it likes, and
 * on the system bus any local user is a peer. The sender that a message bears is the bus's own word. So the owner is
 * asked for, and followed by the bus's own signals.
 */
export class Watch implements NameWatch {
  readonly #name: string;
  readonly #listener: NameListener;
  readonly #dropped: (watch: Watch) => void;
  #owner: string | undefined;
  #isPlaced = false;
  #isDropped = false;
  #ignored = 0;

  constructor(name: string, listener: NameListener, dropped: (watch: Watch) => void) {
    // The name becomes part of rules, and the bus itself has no owner that could change.
    checkName(name);
    if (name === BUS)
      throw new BusError("InvalidArgument", `${BUS} is the bus: it cannot be watched as one of its names`);
    this.#name = name;
    this.#listener = listener;
    this.#dropped = dropped;
  }

  get owner(): string | undefined {
    return this.#owner;
  }

  get ignored(): number {
    return this.#ignored;
  }

  /** Watches on this connection. What the bus says first holds first, so rules come before the question. */
  async place(connection: Connection): Promise<void> {
    await Promise.all(this.#rules().map((rule) => connection.callBus("AddMatch", rule)));
    this.#setOwner(await ownerOf(this.#name, connection));
    this.#isPlaced = true;
  }

  /** Takes the rules back. */
  async remove(connection: Connection): Promise<void> {
    await Promise.all(this.#rules().map((rule) => connection.callBus("RemoveMatch", rule)));
  }

  /** The connection is lost. */
  lost(): void {
    this.#setOwner(undefined);
  }

  take({ sender, path = "", interface: name = "", member = "", body: args = [] }: Message): void {
    if (sender === BUS) {
      const isOurs = name === BUS && member === "NameOwnerChanged" && args[0] === this.#name;
      if (isOurs) this.#setOwner(typeof args[2] === "string" && args[2] !== "" ? args[2] : undefined);
    } else if (sender !== undefined && sender === this.#owner) {
      if (this.#isPlaced && !this.#isDropped) this.#listener.signal({ path, interface: name, member, args });
    } else this.#ignored += 1;
  }

  [Symbol.dispose](): void {
    this.#isDropped = true;
    this.#dropped(this);
  }

  #setOwner(owner: string | undefined): void {
    if (owner === this.#owner) return;
    this.#owner = owner;
    if (this.#isPlaced && !this.#isDropped) this.#listener.ownerChanged(owner);
  }

  #rules(): readonly string[] {
    const changes = `type='signal',sender='${BUS}',path='/org/freedesktop/DBus',interface='${BUS}'`;
    return [`${changes},member='NameOwnerChanged',arg0='${this.#name}'`, `type='signal',sender='${this.#name}'`];
  }
}

async function ownerOf(name: string, connection: Connection): Promise<string | undefined> {
  try {
    const [owner] = await connection.callBus("GetNameOwner", name);
    return typeof owner === "string" ? owner : undefined;
  } catch (error) {
    if (error instanceof BusError && error.dbusName === `${BUS}.Error.NameHasNoOwner`) return undefined;
    throw error;
  }
}
