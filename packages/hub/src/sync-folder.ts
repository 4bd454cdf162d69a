import { closeSync, fsyncSync, openSync } from "node:fs";

/** What was made or renamed in a folder is on disk when this returns. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
