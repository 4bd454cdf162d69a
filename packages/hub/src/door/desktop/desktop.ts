import { type Clock, systemClock } from "@doorbell-js/doorbell/line";

import { BusError } from "../../dbus/index.ts";
import { type Daemon, DesktopCore, type DesktopEvents, type Popup } from "./core/index.ts";
import { DesktopError } from "./errors.ts";
import { Freedesktop } from "./freedesktop.ts";
import { NotifySend } from "./notify-send.ts";

export interface DesktopOptions extends DesktopEvents {
  /** What the desktop is told that the program is called. @default "Doorbell" */
  readonly name?: string;
  /** How long a notification daemon may take to answer. @default 5_000 */
  readonly timeoutMs?: number;
  /** Where the session bus and `notify-send` are looked up. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

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

/** The person's desktop. Disposing shows what still waits, for `timeoutMs` at most; bubbles stay. */
export type Desktop = FullDesktop | PlainDesktop;

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
