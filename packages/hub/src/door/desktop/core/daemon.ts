import type { Content } from "./content.ts";

/** A way to a notification daemon that can show, and nothing else: it takes no bubble away, and tells of none. */
export interface PlainDaemon {
  readonly canClose: false;
  /** What the daemon can show. Rejects with a `DesktopError`, as all of these calls do. */
  capabilities(signal: AbortSignal): Promise<readonly string[]>;
  /** Shows a bubble, in the place of bubble `replaces` if that is not 0, and gives its id: 0 if it is not known. */
  show(content: Content, replaces: number, signal: AbortSignal): Promise<number>;
}

/** A way to a daemon that can also close what it shows, and that tells `DaemonEvents` what becomes of it. */
export interface FullDaemon extends Omit<PlainDaemon, "canClose"> {
  readonly canClose: true;
  close(id: number, signal: AbortSignal): Promise<void>;
}

export type Daemon = PlainDaemon | FullDaemon;

/** Why a bubble is gone: it had its time, the person closed it, a program did, or the daemon does not say. */
export type CloseReason = "expired" | "dismissed" | "closed" | "unknown";

/** What a daemon tells unasked. Ids may be those of other programs' bubbles. */
export interface DaemonEvents {
  /** Another daemon is there, or none: what it was told and what it told is void. */
  changed(isThere: boolean): void;
  closed(id: number, reason: CloseReason): void;
  acted(id: number, action: string): void;
  /** What lets another program come to the front because of an action that follows. */
  activation(id: number, token: string): void;
}
