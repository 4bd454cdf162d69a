import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { type Acted, DesktopCore } from "../../src/desktop/desktop.ts";
import type { CloseReason, DesktopError, Popup } from "../../src/desktop/popup.ts";
import { MockNotificationDaemon } from "./mock-notification-daemon.ts";

/** The desktop's core over a mock daemon, at a clock that stands still, and all that it told. */
export class DesktopWorld {
  readonly clock: FakeClock = new FakeClock();
  readonly daemon: MockNotificationDaemon = new MockNotificationDaemon();
  readonly acted: Acted[] = [];
  readonly closed: { readonly popup: Popup; readonly reason: CloseReason }[] = [];
  readonly failed: DesktopError[] = [];
  recovered = 0;
  readonly core: DesktopCore;

  constructor() {
    this.core = new DesktopCore({
      daemon: this.daemon,
      clock: this.clock,
      timeoutMs: 5_000,
      events: {
        acted: (acted) => void this.acted.push(acted),
        closed: (closed) => void this.closed.push(closed),
        failed: (error) => void this.failed.push(error),
        recovered: () => void (this.recovered += 1),
      },
    });
  }

  /** An item of a source that has a bubble for each. */
  show(body: string, more: Partial<Popup> = {}): void {
    this.core.show({ group: "ads", name: body, summary: "ads", body, ...more });
  }

  /** Lets time pass, and what follows from it happen. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await turn();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
