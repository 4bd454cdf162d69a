import type { Acted, DesktopEvents } from "../../src/desktop/desktop.ts";
import type { CloseReason, DesktopError, Popup } from "../../src/desktop/popup.ts";

/** All that a desktop told. */
export interface Hearing {
  readonly acted: Acted[];
  readonly closed: { readonly popup: Popup; readonly reason: CloseReason }[];
  readonly failed: DesktopError[];
  recovered: number;
  readonly events: DesktopEvents;
}

export function hearing(): Hearing {
  const heard: Hearing = {
    acted: [],
    closed: [],
    failed: [],
    recovered: 0,
    events: {
      acted: (acted) => void heard.acted.push(acted),
      closed: (closed) => void heard.closed.push(closed),
      failed: (error) => void heard.failed.push(error),
      recovered: () => void (heard.recovered += 1),
    },
  };
  return heard;
}
