import { until } from "@doorbell-js/test-support/until";

import type { BusSignal } from "../../src/dbus/connection.ts";
import { type Answer, BusPeer } from "./bus-peer.ts";

const NOTIFICATIONS = "org.freedesktop.Notifications";

/** What `Notify` was called with. */
export interface Notified {
  readonly program: string;
  readonly replaces: number;
  readonly icon: string;
  readonly summary: string;
  readonly body: string;
  readonly actions: readonly string[];
  readonly hints: Readonly<Record<string, unknown>>;
  readonly expireMs: number;
  /** When it came, by `performance.now()`. */
  readonly at: number;
}

/** A mock of a notification daemon, on a real bus: it shows nothing, and answers as the test says. */
export class MockBusDaemon implements AsyncDisposable {
  readonly peer: BusPeer;
  readonly notified: Notified[] = [];
  readonly closed: unknown[] = [];
  capabilities: Answer = { signature: "as", body: [["actions", "body", "body-markup"]] };
  /** In the place of a number. */
  answer: ((notified: Notified, number: number) => Answer) | undefined;
  #ids = 0;

  static async on(address: string): Promise<MockBusDaemon> {
    const daemon = new MockBusDaemon(await BusPeer.on(address));
    await daemon.peer.own(NOTIFICATIONS);
    return daemon;
  }

  private constructor(peer: BusPeer) {
    this.peer = peer;
    peer.answer = ({ member, body = [] }) => {
      if (member === "GetCapabilities") return this.capabilities;
      if (member === "GetServerInformation") return { signature: "ssss", body: ["mock", "doorbell", "1", "1.2"] };
      if (member === "CloseNotification") {
        this.closed.push(body[0]);
        return { signature: "", body: [] };
      }
      if (member !== "Notify") return undefined;
      const [program, replaces, icon, summary, text, actions, hints, expireMs] = body as [
        string,
        number,
        string,
        string,
        string,
        string[],
        Record<string, unknown>,
        number,
      ];
      const at = performance.now();
      const notified = { program, replaces, icon, summary, body: text, actions, hints, expireMs, at };
      this.notified.push(notified);
      this.#ids += 1;
      const number = replaces === 0 ? this.#ids : replaces;
      return this.answer === undefined ? { signature: "u", body: [number] } : this.answer(notified, number);
    };
  }

  /** Waits until so many pop-ups have come, and gives the last of them. */
  async receives(count: number): Promise<Notified> {
    await until(`${count} pop-ups at the daemon`, () => this.notified.length >= count);
    return this.notified[count - 1] as Notified;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer[Symbol.asyncDispose]();
  }
}

/** A signal as a daemon sends it, whoever sends it. */
export function daemonSignal(member: string, ...args: readonly unknown[]): BusSignal {
  return { path: "/org/freedesktop/Notifications", interface: NOTIFICATIONS, member, args };
}
