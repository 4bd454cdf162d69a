import type { Clock } from "../../clock.ts";
import type { Command } from "../../codec/index.ts";
import type { Announcer, SourceEntry } from "./announcer.ts";
import type { Compat, Offers } from "./commands.ts";
import type { CloseReason, Counters } from "./counters.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Inboxes } from "./inboxes.ts";
import type { Limits } from "./limits.ts";
import type { Due } from "./timers.ts";

/** What all sessions of a server share, and what the server wants to hear of them. */
export interface SessionHost<Session> {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly announcer: Announcer;
  readonly sources: ReadonlyMap<string, SourceEntry>;
  /** What there is for a session that has said no key. */
  readonly offers: Offers;
  /** The commands that come all the time, parsed once. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly compat: Compat;
  readonly inboxes: Inboxes | undefined;
  readonly post: ((text: string) => void | Promise<void>) | undefined;
  readonly deadlines: Readonly<Record<Due, Deadlines<Session>>>;
  sessionClosed(session: Session, reason: CloseReason): void;
  sourceFailed(cause: unknown): void;
}
