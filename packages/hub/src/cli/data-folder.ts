import { join } from "node:path";

import type { Option } from "commander";

import { setting } from "./settings.ts";
import { xdgFolder } from "./xdg.ts";

/** The option that names a data folder. */
export function dataOption(description: string): Option {
  return setting("--data <folder>", `${description} (default: doorbell in your data folder)`);
}

/** The folder that is named; else doorbell in the XDG data folder. */
export function dataFolder(named: string | undefined): string {
  return named ?? join(xdgFolder("XDG_DATA_HOME"), "doorbell");
}

/** The argument that brings another command to the same folder. */
export function dataArgument(named: string | undefined): string {
  if (named === undefined) return "";
  return ` --data ${/^[\w./-]+$/.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`}`;
}
