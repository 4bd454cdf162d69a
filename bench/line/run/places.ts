import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where this benchmark stands once it is compiled: `bench/dist/line`. */
const here = dirname(dirname(fileURLToPath(import.meta.url)));

/** The repository. */
export const root: string = join(here, "../../..");

/** What is built at the time of the run, and the results. */
export const build: string = join(root, "build");

/** A compiled file of this benchmark. */
export function compiled(path: string): string {
  return join(here, path);
}

/** A file of this benchmark that is not compiled. */
export function source(path: string): string {
  return join(root, "bench/line", path);
}
