import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

import { openStore } from "../../src/store/sql-store.ts";
import type { Store } from "../../src/store/store.ts";

/** What must be 0. */
export interface Verdict {
  /** acknowledged and not there, or not as it was acknowledged */
  readonly lost: number;
  /** there and never sent, or there twice */
  readonly phantom: number;
  /** numbers that are missing between the first and the newest */
  readonly gaps: number;
  /** other than what was sent */
  readonly corrupt: number;
}

/** What the ringers of a test said, over all their lives; see `ringer.ts`. */
export class Ledger {
  readonly sent: Set<number> = new Set<number>();
  readonly acked: Map<number, number> = new Map<number, number>();
  readonly refused: Map<number, string> = new Map<number, string>();

  /** The first number that no ringer used. */
  get next(): number {
    return Math.max(0, ...this.sent) + 1;
  }

  /** Takes what a ringer printed; a last line that was cut short says nothing. */
  note(printed: string): void {
    for (const line of printed.split("\n").slice(0, -1)) {
      const [what, number, more = ""] = line.split(" ");
      if (what === "sent") this.sent.add(Number(number));
      if (what === "acked") this.acked.set(Number(number), Number(more));
      if (what === "refused") this.refused.set(Number(number), more);
    }
  }

  /** Looks at what is there, as its next hub would. */
  async check(folder: string): Promise<Verdict> {
    await using store = opened(folder);
    const inbox = store.inboxes.inbox(1);
    if (inbox === undefined) return { lost: this.acked.size, phantom: 0, gaps: 0, corrupt: 0 };
    const verdict = { lost: 0, phantom: 0, gaps: 0, corrupt: 0 };
    const found = new Map<number, number>();
    let expected = 1;
    for (let after = 0, more = true; more;) {
      const page = await store.inboxes.page(1, { after, limit: 100 });
      for (const { sequence, text } of page.items) {
        if (sequence !== expected) verdict.gaps += 1;
        expected = sequence + 1;
        const [, body = "", number = "", sum = ""] = /^((\d+) x*) (\d+)$/.exec(text) ?? [];
        if (crc32(body) !== Number(sum)) verdict.corrupt += 1;
        if (!this.sent.has(Number(number)) || found.has(Number(number))) verdict.phantom += 1;
        found.set(Number(number), sequence);
      }
      after = page.items.at(-1)?.sequence ?? after;
      ({ more } = page);
    }
    if (inbox.newest !== expected - 1) verdict.gaps += 1;
    for (const [number, sequence] of this.acked) if (found.get(number) !== sequence) verdict.lost += 1;
    return verdict;
  }
}

export const sound: Verdict = { lost: 0, phantom: 0, gaps: 0, corrupt: 0 };

function opened(folder: string): Store {
  try {
    return openStore({ folder });
  } catch (error) {
    return assert.fail(`it cannot be opened: ${String(error)}`);
  }
}
