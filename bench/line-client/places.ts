import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { root } from "../line/run/places.ts";

/** A compiled file of this benchmark. */
export function compiled(path: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), path);
}

/** A file of this benchmark that is not compiled. */
export function source(path: string): string {
  return join(root, "bench/line-client", path);
}
