import assert from "node:assert/strict";

import type { SidWords } from "../../../src/kernel/ids.ts";
import type { Command, Outcome } from "./command.ts";

/** Says in the model's words what the kernel says in numbers of its own. */
export class Translation {
  /** Which party a thread is, or was. */
  readonly threads: Map<number, number> = new Map();
  /** By connection of the model: its number in its thread. */
  readonly #cids = new Map<number, number>();
  /** Every number that a thread has ever used. */
  readonly #used = new Set<string>();

  /** A new history. */
  begin(threads: readonly number[]): void {
    this.#cids.clear();
    this.threads.clear();
    for (const [party, thread] of threads.entries()) this.threads.set(thread, party);
  }

  /** An outcome of the thread's, where the model says that it is `predicted`. */
  of(command: Command, thread: number, outcome: Outcome, predicted: Outcome | undefined, sids: SidWords[]): Outcome {
    if (!("ok" in outcome)) return outcome;
    const { ok } = outcome;
    if ((command.do === "connect" || command.do === "find") && predicted !== undefined && "ok" in predicted) {
      this.#connected(thread, (ok as { cid: number }).cid, (predicted.ok as { connection: number }).connection);
      return predicted;
    }
    if (command.do === "narrow" || command.do === "register") {
      sids[command.sid] = ok as SidWords;
      return { ...outcome, ok: null };
    }
    if (command.do === "receive" && ok !== null) {
      const seen = ok as { readonly from: number };
      return { ...outcome, ok: { ...seen, from: this.threads.get(seen.from) } };
    }
    if (command.do === "destroy") {
      const told = ok as { readonly gone: readonly number[] };
      return { ...outcome, ok: { ...told, gone: told.gone.map((thread) => this.threads.get(thread)).sort() } };
    }
    return outcome;
  }

  /** One connection has one number, which no other ever had. */
  #connected(thread: number, cid: number, connection: number): void {
    const known = this.#cids.get(connection);
    if (known !== undefined) return assert.equal(cid, known, "a connection's number is another now");
    const key = `${thread}:${cid}`;
    assert.ok(!this.#used.has(key), `the number ${cid} is used again`);
    this.#used.add(key);
    this.#cids.set(connection, cid);
    return undefined;
  }
}
