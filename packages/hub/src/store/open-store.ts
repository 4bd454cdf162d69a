import { Database } from "./database.ts";
import { prepareFolder } from "./folder.ts";
import { SqlStore, type StorePowers } from "./sql-store.ts";
import type { Store } from "./store.ts";

/** Where a store is: in a folder of its own, or in memory, where it ends with the process. */
export type StorePlace = { readonly folder: string } | { readonly memory: true };

/**
 * Opens a store, and makes it if there is none. Everything in it is read once, so that damage is found now and not in a year.
 *
 * @throws StoreError
 */
export function openStore(place: StorePlace, powers: StorePowers = {}): Store {
  const files = "folder" in place ? prepareFolder(place.folder) : undefined;
  const database = new Database(files?.database ?? ":memory:");
  try {
    return new SqlStore(database, files, powers);
  } catch (cause) {
    try {
      database[Symbol.dispose]();
    } catch {
      // What is damaged may not be closed in order; why it was not opened is what counts.
    }
    throw database.explain(cause);
  }
}
