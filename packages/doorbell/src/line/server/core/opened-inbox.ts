import type { Source, Subscription } from "./source.ts";

/**
 * What a key opened for one session: a source that this session has and others have not. It is disposed of when the
 * session ends, or says another key.
 */
export interface OpenedInbox extends Pick<Source, "unread" | "fetch">, Disposable {
  /** The same for all sessions that opened the same: what rings is told to all of them at once. @default this object */
  readonly id?: unknown;
  /**
   * Calls `ring` as every source does; and `ended` when this is not open to the key any more. Then the session is told
   * so, and closed.
   */
  subscribe(ring: (newest: number) => void, ended: () => void): Subscription;
}

/**
 * Opens what `key` opens, or gives `undefined`: nothing. What it throws is told to whoever operates the server, so there
 * must be nothing of the key in it.
 */
export type OpenInbox = (key: string) => OpenedInbox | undefined | Promise<OpenedInbox | undefined>;
