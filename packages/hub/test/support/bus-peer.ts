import { createConnection, type DBusConnection, type Message } from "dbus-native";

import { type BusSignal, wireValue } from "../../src/dbus/connection.ts";

const BUS = "org.freedesktop.DBus";

/** What a peer answers: a value by its signature, an error by its name, or nothing at all. */
export type Answer =
  | { readonly signature: string; readonly body: readonly unknown[] }
  | { readonly error: string; readonly text: string }
  | undefined;

/** Another program on a test's bus: it owns names, answers calls as it is told, and sends signals to whom it likes. */
export class BusPeer implements AsyncDisposable {
  readonly #wire: DBusConnection;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #serial = 0;
  /** Its unique name. */
  name = "";
  /** Calls that it was sent. */
  readonly calls: Message[] = [];
  answer: (call: Message) => Answer | Promise<Answer> = () => undefined;

  static async on(address: string): Promise<BusPeer> {
    const peer = new BusPeer(createConnection({ busAddress: address, plainValues: true }));
    [peer.name = ""] = (await peer.callBus("Hello")) as string[];
    return peer;
  }

  private constructor(wire: DBusConnection) {
    this.#wire = wire;
    wire.on("error", () => {});
    wire.on("message", (message: Message) => {
      if (message.type === 1) void this.#called(message);
      else if (message.type !== 4) this.#waiting.get(message.replySerial ?? 0)?.(message);
    });
  }

  async own(name: string): Promise<void> {
    // 4: not to stand in line for it; 2: in the place of who has it.
    await this.callBus("RequestName", "su", [name, 6]);
  }

  async release(name: string): Promise<void> {
    await this.callBus("ReleaseName", "s", [name]);
  }

  /** Sends a signal to everybody who wants it, or to one destination whether it wants it or not. */
  async emit({ args, ...signal }: BusSignal, signature: string, destination?: string): Promise<void> {
    const to = destination === undefined ? {} : { destination };
    this.#send({ type: 4, ...signal, ...to, signature, body: args.map(wireValue) });
    await this.sync();
  }

  /** Answers a call that it was not asked. */
  async forge(destination: string, replySerial: number, signature: string, body: readonly unknown[]): Promise<void> {
    this.#send({ type: 2, destination, replySerial, signature, body: [...body] });
    await this.sync();
  }

  /** Resolves when the bus has passed on all that was sent before. */
  async sync(): Promise<void> {
    await this.callBus("GetId");
  }

  async callBus(member: string, signature = "", body: unknown[] = []): Promise<readonly unknown[]> {
    const call = { destination: BUS, path: "/org/freedesktop/DBus", interface: BUS, member, signature, body };
    const serial = this.#send({ type: 1, ...call });
    const answer = await new Promise<Message>((resolve) => this.#waiting.set(serial, resolve));
    this.#waiting.delete(serial);
    if (answer.type === 3) throw new Error(`${member}: ${answer.errorName}`);
    return answer.body ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]();
  }

  #send(message: Message): number {
    this.#serial += 1;
    this.#wire.message({ serial: this.#serial, ...message });
    return this.#serial;
  }

  async #called(call: Message): Promise<void> {
    this.calls.push(call);
    const answer = await this.answer(call);
    if (answer === undefined) return;
    const to = { destination: call.sender ?? "", replySerial: call.serial ?? 0 };
    if ("error" in answer) this.#send({ type: 3, ...to, errorName: answer.error, signature: "s", body: [answer.text] });
    else this.#send({ type: 2, ...to, signature: answer.signature, body: answer.body.map(wireValue) });
  }
}
