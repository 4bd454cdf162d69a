import { spawnSync } from "node:child_process";

/** Says why a test that needs a program is skipped here, or is `false` when nothing is missing. */
export type Missing = string | false;

/** Tells whether a command runs here, and says what is expected of it. */
export function works(command: string, args: readonly string[], expected = ""): boolean {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return error === undefined && (expected === "" ? status === 0 : `${stdout}${stderr}`.includes(expected));
}

/** Names the interpreter that distribution packages are for; one further ahead in the PATH may not see them. */
export const python = "/usr/bin/python3";

export const twistedMissing: Missing = works(python, ["-c", "import twisted"])
  ? false
  : "needs Twisted for /usr/bin/python3: the package python3-twisted brings it";

export const opensslMissing: Missing = works("openssl", ["version"])
  ? false
  : "needs openssl to make a certificate: the package openssl brings it";
