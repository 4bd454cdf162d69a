import type { Clock } from "@doorbell-js/doorbell/line";

import { type Bus, openBus } from "../dbus/bus.ts";
import { BusError, type BusSignal, Variant } from "../dbus/connection.ts";
import type { NameWatch } from "../dbus/watch.ts";
import { type CloseReason, type Content, type DaemonEvents, DesktopError, type FullDaemon } from "./popup.ts";

const NAME = "org.freedesktop.Notifications";
const PATH = "/org/freedesktop/Notifications";

/** Calls are ended by whoever makes them, before this. */
const TIMEOUT_MS = 120_000;

export interface FreedesktopOptions {
  /** What the daemon is told that the program is called. */
  readonly name: string;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
}

/** A notification daemon by the freedesktop specification, over the session bus. */
export class Freedesktop implements FullDaemon, AsyncDisposable {
  readonly canClose = true;
  readonly #name: string;
  readonly #bus: Bus;
  #watch: NameWatch | undefined;
  #events: DaemonEvents | undefined;

  /** Rejects with a `BusError` when there is no session bus. */
  static async open({ name, clock, environment }: FreedesktopOptions): Promise<Freedesktop> {
    const bus = await openBus({ address: "session", clock, environment });
    const daemon = new Freedesktop(name, bus);
    try {
      daemon.#watch = await bus.watch(NAME, {
        ownerChanged: (owner) => daemon.#events?.changed(owner !== undefined),
        signal: (signal) => daemon.#received(signal),
      });
      return daemon;
    } catch (error) {
      await bus[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(name: string, bus: Bus) {
    this.#name = name;
    this.#bus = bus;
  }

  /** Who is told what the daemon tells. */
  listen(events: DaemonEvents): void {
    this.#events = events;
  }

  async capabilities(signal: AbortSignal): Promise<readonly string[]> {
    const [names] = await this.#call("GetCapabilities", "", [], signal);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
    throw new DesktopError("BadAnswer", "the notification daemon says what it can do in no list of names");
  }

  async show(content: Content, replaces: number, signal: AbortSignal): Promise<number> {
    const { summary, body, icon, level, category, expireMs, actions } = content;
    const hints = {
      urgency: new Variant("y", level),
      ...(category !== undefined && { category: new Variant("s", category) }),
    };
    const args = [this.#name, replaces, icon, summary, body, actions, hints, expireMs];
    const [id] = await this.#call("Notify", "susssasa{sv}i", args, signal);
    if (isId(id)) return id;
    throw new DesktopError("BadAnswer", "the notification daemon gave a pop-up no number");
  }

  async close(id: number, signal: AbortSignal): Promise<void> {
    await this.#call("CloseNotification", "u", [id], signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bus[Symbol.asyncDispose]();
  }

  async #call(
    member: string,
    signature: string,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    // By the name of who is there, so that nobody else can answer; where nobody is, the bus may start somebody.
    const destination = this.#watch?.owner ?? NAME;
    const call = { destination, path: PATH, interface: NAME, member, ...(signature !== "" && { signature, args }) };
    try {
      return await this.#bus.call(call, { timeoutMs: TIMEOUT_MS, signal });
    } catch (error) {
      throw desktopError(error);
    }
  }

  #received({ path, interface: from, member, args: [id, what] }: BusSignal): void {
    if (path !== PATH || from !== NAME || !isId(id)) return;
    if (member === "NotificationClosed") this.#events?.closed(id, reasons[Number(what)] ?? "unknown");
    else if (typeof what !== "string") return;
    else if (member === "ActionInvoked") this.#events?.acted(id, what);
    else if (member === "ActivationToken") this.#events?.activation(id, what);
  }
}

const reasons: Readonly<Record<number, CloseReason>> = { 1: "expired", 2: "dismissed", 3: "closed" };

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= UINT32_MAX;
}

const UINT32_MAX = 2 ** 32 - 1;

function desktopError(cause: unknown): unknown {
  if (!(cause instanceof BusError)) return cause;
  switch (cause.code) {
    case "Disconnected":
    case "BusClosed":
      return new DesktopError("NoDaemon", "the session bus is gone", { cause });
    case "TimedOut":
    case "Aborted":
      return new DesktopError("TimedOut", "the notification daemon did not answer", { cause });
    case "Refused":
      if (cause.dbusName !== undefined && absent.test(cause.dbusName))
        return new DesktopError("NoDaemon", "no notification daemon is there", { cause });
      // How long its text is, is up to the daemon.
      return new DesktopError("Refused", `a pop-up was refused: ${cause.message.slice(0, 300)}`, { cause });
    default:
      return new DesktopError("Refused", `a pop-up could not be sent: ${cause.message.slice(0, 300)}`, { cause });
  }
}

/** Errors of the bus's own that say that nobody is there to answer. `NoReply`: not any more. */
const absent =
  /^org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|NoReply|Disconnected|TimedOut|Spawn\..*)$/;
