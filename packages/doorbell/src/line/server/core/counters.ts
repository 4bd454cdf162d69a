/** Why a session ended. */
export type CloseReason =
  /** the client closed, or vanished */
  | "client"
  /** it said `quit` */
  | "quit"
  /** a line that cannot be read on from */
  | "lineTooLong"
  | "notUtf8"
  /** a line of HTTP: a browser, or a program that took the port for another */
  | "http"
  /** it said as many wrong keys as it may */
  | "wrongKeys"
  /** what its key had opened is not open to it any more */
  | "keyEnded"
  /** it read nothing of what waited for it, for too long */
  | "stalled"
  /** the server stopped */
  | "stopped";

/** What the server has seen since it was made. Numbers only: nothing that a client said is in it. */
export interface Counters {
  /** sessions that were let in */
  opened: number;
  /** connections that were not, by the limit that kept them out */
  refused: { connections: number; connectionsPerAddress: number; handshake: number };
  closed: Record<CloseReason, number>;
  /** lines that were commands */
  commands: number;
  /** lines that were not */
  unknown: number;
  /** items that were given */
  fetched: number;
  /** fetches and posts that a source failed or did not answer in time */
  failed: number;
  /** notification lines that were sent */
  notifications: number;
  /** notifications that became one with an earlier one that was still waiting */
  coalesced: number;
  /** times a client was held back for sending more commands than its limit */
  throttled: number;
  /** times notification mode ended for want of a byte from the client */
  idled: number;
}

export function newCounters(): Counters {
  return {
    opened: 0,
    refused: { connections: 0, connectionsPerAddress: 0, handshake: 0 },
    closed: {
      client: 0,
      quit: 0,
      lineTooLong: 0,
      notUtf8: 0,
      http: 0,
      wrongKeys: 0,
      keyEnded: 0,
      stalled: 0,
      stopped: 0,
    },
    commands: 0,
    unknown: 0,
    fetched: 0,
    failed: 0,
    notifications: 0,
    coalesced: 0,
    throttled: 0,
    idled: 0,
  };
}
