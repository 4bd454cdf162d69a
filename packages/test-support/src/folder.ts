import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Is a folder of the test's own, which goes with it. */
export interface Folder extends Disposable {
  readonly path: string;
  /** Gives the path of a file in it. */
  file(name: string): string;
}

export function newFolder(place: string = tmpdir()): Folder {
  const path = mkdtempSync(join(place, "doorbell-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Makes one in memory, where there is such a thing: for what makes many folders, and asks nothing of a disk. */
export function newFolderInMemory(): Folder {
  return newFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}
