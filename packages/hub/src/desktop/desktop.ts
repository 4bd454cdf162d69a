import { type Clock, systemClock } from "@doorbell-js/doorbell/line";

import { BusError } from "../dbus/connection.ts";
import { type Bubble, Bubbles, Delivery } from "./delivery.ts";
import { Freedesktop } from "./freedesktop.ts";
import { Group, groupOf } from "./groups.ts";
import { NotifySend } from "./notify-send.ts";
import { checkPopup, type CloseReason, type Daemon, type DaemonEvents, DesktopError, type Popup } from "./popup.ts";

export interface DesktopOptions extends DesktopEvents {
  /** What the desktop is told that the program is called. @default "Doorbell" */
  readonly name?: string;
  /** How long a notification daemon may take to answer. @default 5_000 */
  readonly timeoutMs?: number;
  /** Where the session bus and `notify-send` are looked up. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

/** What becomes of pop-ups. All of it is optional to hear. */
export interface DesktopEvents {
  /** The person chose an action of a pop-up, which is closed by that. */
  acted?(acted: Acted): void;
  /** A bubble is gone. Not all daemons tell. */
  closed?(closed: { readonly popup: Popup; readonly reason: CloseReason }): void;
  /** A pop-up could not be shown, or none can be for now; what lasts is told once. @default a warning */
  failed?(error: DesktopError): void;
  /** What lasted is over. */
  recovered?(): void;
}

export interface Acted {
  readonly popup: Popup;
  /** the action's key */
  readonly action: string;
  /** what lets a program that is started for it come to the front: its `XDG_ACTIVATION_TOKEN` */
  readonly activationToken?: string;
}

/** The person's desktop. Disposing shows what still waits, for `timeoutMs` at most; bubbles stay. */
export type Desktop = FullDesktop | PlainDesktop;

/** A desktop of which everything can be asked. */
export interface FullDesktop extends AsyncDisposable {
  readonly by: "dbus";
  /**
   * Pops something up: soon, and without waiting for it. What the daemon does not take is told to `failed`; while it is
   * away the newest wait, few and summarised.
   *
   * @throws DesktopError `InvalidPopup`
   */
  show(popup: Popup): void;
  /** Takes a bubble away. What became part of a summary stays there. */
  close(group: string, name?: string): void;
}

/** A desktop by `notify-send`: it shows. There are no actions, nothing is closed, and `acted` and `closed` are never called. */
export interface PlainDesktop extends AsyncDisposable {
  readonly by: "notify-send";
  /** Why not more: what is wrong with the session bus. */
  readonly why: string;
  /** As that of `FullDesktop`. @throws DesktopError `InvalidPopup` */
  show(popup: Omit<Popup, "actions"> & { readonly actions?: never }): void;
}

/**
 * Finds the desktop: the notification daemon of the session bus or, where that bus cannot be reached from Node, the
 * command `notify-send`. That no daemon is there yet is no failure: what comes is shown when one is.
 *
 * @throws DesktopError `NoDesktop`
 *
 * @example
 * await using desktop = await openDesktop();
 * desktop.show({ group: "random", summary: "A new number", body: "456902234" });
 */
export async function openDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const { name = "Doorbell", environment = process.env, clock = systemClock } = options;
  try {
    const daemon = await Freedesktop.open({ name, clock, environment });
    const { core, end } = begin(daemon, options, clock);
    daemon.listen(core);
    return {
      by: "dbus",
      show: (popup) => core.show(popup),
      close: (group, bubble) => core.close(group, bubble),
      async [Symbol.asyncDispose]() {
        await end();
        await daemon[Symbol.asyncDispose]();
      },
    };
  } catch (cause) {
    const daemon = await insteadOf(cause, name, environment);
    const { core, end } = begin(daemon, options, clock);
    const why = (cause as Error).message;
    return { by: "notify-send", why, show: (popup) => core.show(popup), [Symbol.asyncDispose]: end };
  }
}

function begin(
  daemon: Daemon,
  { timeoutMs = 5_000, ...events }: DesktopOptions,
  clock: Clock,
): { readonly core: DesktopCore; readonly end: () => Promise<void> } {
  const core = new DesktopCore({ daemon, clock, timeoutMs, events });
  return {
    core,
    async end() {
      let timer: { cancel(): void } | undefined;
      const late = new Promise<void>((resolve) => (timer = clock.after(timeoutMs, resolve)));
      await Promise.race([core.settled(), late]);
      timer?.cancel();
      core.end();
    },
  };
}

/** `notify-send`, if the bus failed in a way that it may know a way round. */
async function insteadOf(cause: unknown, name: string, environment: NodeJS.ProcessEnv): Promise<NotifySend> {
  if (!(cause instanceof BusError)) throw cause;
  const why = `there is no desktop to show anything on: ${cause.message}`;
  // A bus that can be found and does not answer answers nobody.
  if (cause.code !== "NoAddress" && cause.code !== "BadAddress") throw new DesktopError("NoDesktop", why, { cause });
  try {
    return await NotifySend.open({ name, environment });
  } catch {
    const hint = "and there is no command notify-send (the package libnotify-bin has it)";
    throw new DesktopError("NoDesktop", `${why}; ${hint}`, { cause });
  }
}

/** As many groups are told apart; the one that was quiet for longest makes room. */
const GROUPS_MAX = 64;

/** How long a daemon may take to close a bubble by itself. */
const CLOSE_MS = 300;

interface DesktopCoreOptions {
  readonly daemon: Daemon;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly events: DesktopEvents;
}

/** All of the desktop but the way to its daemon: no I/O in here. */
export class DesktopCore implements DaemonEvents {
  readonly #clock: Clock;
  readonly #events: DesktopEvents;
  readonly #groups = new Map<string, Group>();
  readonly #bubbles: Bubbles;
  readonly #delivery: Delivery;
  readonly #early = new Early();
  readonly #closing = new Set<{ cancel(): void }>();
  #activation: { readonly id: number; readonly token: string } | undefined;

  constructor({ daemon, clock, timeoutMs, events }: DesktopCoreOptions) {
    this.#clock = clock;
    this.#events = events;
    this.#bubbles = new Bubbles((key) => this.#groups.get(groupOf(key))?.closed(key));
    this.#delivery = new Delivery({
      daemon,
      bubbles: this.#bubbles,
      clock,
      timeoutMs,
      events: {
        failed: (error) =>
          this.#handle(() => (events.failed === undefined ? process.emitWarning(error) : events.failed(error))),
        recovered: () => this.#handle(() => events.recovered?.()),
        answered: () => this.#early.replay(),
      },
    });
  }

  /** @throws DesktopError `InvalidPopup` */
  show(popup: Popup): void {
    checkPopup(popup);
    this.#group(popup.group).show(popup);
  }

  close(group: string, name?: string): void {
    this.#groups.get(group)?.close(name);
  }

  /** Shows at once what waits for its turn, and resolves when nothing is due, or nothing can be shown for now. */
  async settled(): Promise<void> {
    for (const group of this.#groups.values()) group.flush();
    await this.#delivery.settled();
  }

  end(): void {
    for (const group of this.#groups.values()) group.end();
    for (const timer of this.#closing) timer.cancel();
    this.#delivery.close();
  }

  // What the daemon tells.

  changed(isThere: boolean): void {
    this.#early.forget();
    this.#activation = undefined;
    this.#delivery.changed(isThere);
  }

  closed(id: number, reason: CloseReason): void {
    const bubble = this.#bubbles.find(id);
    if (bubble?.shown === undefined) return this.#keep(() => this.closed(id, reason));
    const popup = bubble.shown;
    this.#bubbles.isGone(bubble);
    this.#handle(() => this.#events.closed?.({ popup, reason }));
  }

  acted(id: number, action: string): void {
    const bubble = this.#bubbles.find(id);
    if (bubble?.shown === undefined) return this.#keep(() => this.acted(id, action));
    const popup = bubble.shown;
    if (popup.actions?.some(({ key }) => key === action) !== true) return;
    const token = this.#activation?.id === id ? this.#activation.token : undefined;
    this.#activation = undefined;
    this.#closeLater(bubble, id);
    this.#handle(() => this.#events.acted?.({ popup, action, ...(token !== undefined && { activationToken: token }) }));
  }

  activation(id: number, token: string): void {
    // It goes into an environment.
    if (/^[!-~]{1,512}$/.test(token)) this.#activation = { id, token };
  }

  /** Some daemons leave a bubble open whose action was chosen; the others close it now. */
  #closeLater(bubble: Bubble, id: number): void {
    const timer = this.#clock.after(CLOSE_MS, () => {
      this.#closing.delete(timer);
      // What is to replace it was not seen yet.
      if (bubble.id !== id || bubble.isDue) return;
      this.#bubbles.remove(bubble.key);
      this.#delivery.start();
    });
    this.#closing.add(timer);
  }

  /** Calls a handler of the program's; what it throws breaks nothing. */
  #handle(call: () => void): void {
    try {
      call();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  /** A bubble's number may be answered after what is told of it: both come at once. */
  #keep(event: () => void): void {
    if (this.#bubbles.all().some(({ isOnItsWay }) => isOnItsWay)) this.#early.keep(event);
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    if (this.#groups.size >= GROUPS_MAX) this.#forgetOldest();
    const group = new Group(name, this.#clock, {
      isHeldUp: () => this.#delivery.isHeldUp,
      put: (key, popup) => {
        this.#bubbles.put(key, popup, this.#clock.now());
        this.#delivery.start();
      },
      remove: (key) => {
        this.#bubbles.remove(key);
        this.#delivery.start();
      },
    });
    this.#groups.set(name, group);
    return group;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#groups.entries()].sort(([, one], [, other]) => one.lastAt - other.lastAt);
    if (oldest === undefined) return;
    oldest[1].flush();
    this.#groups.delete(oldest[0]);
  }
}

const EARLY_MAX = 16;

/** What is told of bubbles whose number is not known yet, until it is. */
class Early {
  #events: (() => void)[] = [];

  /** The newest of too many are ignored: nobody clicks so fast. */
  keep(event: () => void): void {
    if (this.#events.length < EARLY_MAX) this.#events.push(event);
  }

  replay(): void {
    const events = this.#events;
    this.forget();
    for (const event of events) event();
  }

  forget(): void {
    this.#events = [];
  }
}
