import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

import type { Option } from "commander";

import { setting } from "./settings.ts";

/** The option that names a data folder. */
export function dataOption(description: string): Option {
  return setting("--data <folder>", `${description} (default: doorbell in your data folder)`);
}

/** The folder that is named; else doorbell in the XDG data folder. */
export function dataFolder(named: string | undefined): string {
  if (named !== undefined) return named;
  const xdg = process.env["XDG_DATA_HOME"];
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".local", "share"), "doorbell");
}
