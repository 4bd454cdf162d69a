import { RefusedError } from "../inbox/index.ts";
import type { Database, Statement } from "./database.ts";
import { isSame } from "./hashes.ts";
import type { NewItem } from "./store.ts";
import { Table } from "./table.ts";

/** How long a key stands for its item. */
const REMEMBERED_MS = 24 * 3_600_000;

interface RepeatRow {
  readonly bell: number;
  readonly key_hash: Uint8Array;
  readonly body_hash: Uint8Array;
  readonly sequence: number;
  readonly id: string;
  readonly at: number;
  readonly label: string;
  /** By the store's time. */
  readonly stored_at: number;
}

/** What was stored under a key. */
export type Known = Pick<RepeatRow, "sequence" | "id" | "at" | "label">;

/** Which item was stored under which idempotency key. */
export class Repeats {
  readonly #table: Table<RepeatRow>;
  readonly #isOld: Statement;
  readonly #prune: Statement;
  readonly #forget: Statement;

  constructor(database: Database) {
    this.#table = new Table<RepeatRow>(database, {
      name: "repeats",
      columns: {
        bell: "number",
        key_hash: "bytes",
        body_hash: "bytes",
        sequence: "number",
        id: "text",
        at: "number",
        label: "text",
        stored_at: "number",
      },
      keys: 2,
    });
    this.#isOld = database.prepare("SELECT 1 FROM repeats WHERE stored_at <= ?1 LIMIT 1");
    this.#prune = database.prepare(
      "DELETE FROM repeats WHERE (bell, key_hash) IN (SELECT bell, key_hash FROM repeats WHERE stored_at <= ?1 LIMIT ?2)",
    );
    this.#forget = database.prepare("DELETE FROM repeats WHERE bell = ?1");
  }

  /** @throws RefusedError `KeyReused` when something else was stored under the key */
  find({ bell, idempotency }: NewItem, now: number): Known | undefined {
    if (idempotency === undefined) return undefined;
    const row = this.#table.get(bell, idempotency.keyHash);
    if (row === undefined || row.stored_at <= now - REMEMBERED_MS) return undefined;
    if (isSame(row.body_hash, idempotency.bodyHash)) return row;
    throw new RefusedError({
      code: "KeyReused",
      message: "This idempotency key was used for another item in the last 24 hours: use a new key for a new item.",
    });
  }

  note({ bell, idempotency }: NewItem, known: Known, now: number): void {
    if (idempotency === undefined) return;
    const { keyHash: key_hash, bodyHash: body_hash } = idempotency;
    this.#table.delete(bell, key_hash);
    this.#table.insert({ bell, key_hash, body_hash, ...known, stored_at: now });
  }

  /** Whether there are some whose time is over. */
  areOld(now: number): boolean {
    return this.#isOld.get(now - REMEMBERED_MS) !== undefined;
  }

  prune(now: number, most: number): void {
    this.#prune.run(now - REMEMBERED_MS, most);
  }

  forget(bell: number): void {
    this.#forget.run(bell);
  }
}
