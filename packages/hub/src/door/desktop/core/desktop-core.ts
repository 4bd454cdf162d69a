import type { Clock } from "@doorbell-js/doorbell/line";

import type { DesktopError } from "../errors.ts";
import { type Bubble, Bubbles } from "./bubbles.ts";
import type { CloseReason, Daemon, DaemonEvents } from "./daemon.ts";
import { Delivery } from "./delivery.ts";
import { Early } from "./early.ts";
import { Group, groupOf } from "./group.ts";
import { checkPopup, type Popup } from "./popup.ts";

/** As many groups are told apart; the one that was quiet for longest makes room. */
const GROUPS_MAX = 64;

/** How long a daemon may take to close a bubble by itself. */
const CLOSE_MS = 300;

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

export interface DesktopCoreOptions {
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
