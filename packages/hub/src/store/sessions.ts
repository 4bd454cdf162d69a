import type { Database, Statement } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { isSame } from "./hashes.ts";
import type { SessionStore } from "./store.ts";
import { Table } from "./table.ts";

/** Sessions at a time. One more, and the one that would end first is ended. */
const SESSIONS_MAX = 100;

interface SessionRow {
  readonly hash: Uint8Array;
  readonly expires_at: number;
}

/** The sessions of the page. */
export class Sessions implements SessionStore {
  readonly #commit: GroupCommit;
  readonly #table: Table<SessionRow>;
  readonly #trim: Statement;
  readonly #clear: Statement;

  constructor(database: Database, commit: GroupCommit) {
    this.#commit = commit;
    this.#table = new Table<SessionRow>(database, {
      name: "sessions",
      columns: { hash: "bytes", expires_at: "number" },
      keys: 1,
    });
    this.#trim = database.prepare(
      `DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions ORDER BY expires_at DESC LIMIT -1 OFFSET ${SESSIONS_MAX - 1})`,
    );
    this.#clear = database.prepare("DELETE FROM sessions");
  }

  create(hash: Uint8Array, expiresAt: number): Promise<void> {
    return this.#commit.write(() => {
      this.#table.delete(hash);
      this.#trim.run();
      this.#table.insert({ hash, expires_at: expiresAt });
    });
  }

  isValid(hash: Uint8Array, now: number): boolean {
    const row = this.#table.get(hash);
    return row !== undefined && isSame(row.hash, hash) && now < row.expires_at;
  }

  delete(hash: Uint8Array): Promise<void> {
    return this.#commit.write(() => this.#table.delete(hash));
  }

  deleteAll(): Promise<void> {
    return this.#commit.write(() => this.#clear.run());
  }
}
