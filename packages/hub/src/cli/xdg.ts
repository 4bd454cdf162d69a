import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where each is if the environment does not say, below the home folder. */
const usual = { XDG_CONFIG_HOME: [".config"], XDG_DATA_HOME: [".local", "share"] } as const;

/** A base folder of the XDG specification, by which a path that is not absolute is to be ignored. */
export function xdgFolder(variable: keyof typeof usual): string {
  const named = process.env[variable];
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), ...usual[variable]);
}
