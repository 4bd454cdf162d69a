import { spawnSync } from "node:child_process";

/** Why a test that needs a program is skipped here, or `false` when nothing is missing. */
type Missing = string | false;

/** The interpreter that distribution packages are for; one further ahead in the PATH may not see them. */
export const python = "/usr/bin/python3";

export const twistedMissing: Missing = works(python, ["-c", "import twisted"])
  ? false
  : "needs Twisted for /usr/bin/python3: the package python3-twisted brings it";

export const spinMissing: Missing =
  works("spin", ["-V"]) && works("cc", ["--version"])
    ? false
    : "needs spin and a C compiler: the packages spin and gcc bring them";

function works(command: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(command, args);
  return error === undefined && status === 0;
}
