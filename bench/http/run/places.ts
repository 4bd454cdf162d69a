import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where this benchmark stands once it is compiled: `bench/dist/http`. */
const here = dirname(dirname(fileURLToPath(import.meta.url)));

const root = join(here, "../../..");

/** The command that is measured. */
export const hub: string = join(root, "packages/hub/bin/doorbell.js");

/** A compiled file of this benchmark. */
export function compiled(path: string): string {
  return join(here, path);
}
