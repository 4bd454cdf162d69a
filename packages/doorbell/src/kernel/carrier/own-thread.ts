import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { KernelError } from "../errors.ts";

/**
 * @internal Returns where the program of a thread of ours lies: in a file beside the module that starts it.
 *
 * Fails with `InternalError` (`detail`: bundled) if it does not lie there, because a bundler took the module elsewhere and
 * left the file behind; the error says how to keep the two together.
 */
export function ownThread(file: string, base: string | undefined): URL {
  // A bundler that makes CommonJS leaves no URL of the module.
  const url = base === undefined || !URL.canParse(file, base) ? undefined : new URL(file, base);
  if (url !== undefined && (url.protocol !== "file:" || existsSync(fileURLToPath(url)))) return url;
  throw new KernelError(
    "InternalError",
    `${file.replace(/^\.\//, "")}, the program of a thread of @doorbell-js/doorbell, is not beside the code that starts it: ` +
      "a bundler joined that code to the program's own. Leave the package out of the bundle " +
      '(esbuild: --external:@doorbell-js/doorbell; others: "external"), and install it where the program runs.',
    { detail: "bundled" },
  );
}

/**
 * Returns the flags of Node's permission model that this program was started with, to be the `execArgv` of a worker that
 * takes over none of the program's other flags (`--import`, `--input-type` …). A worker with `execArgv: []` would have no
 * permission model at all. What stands in `NODE_OPTIONS` reaches every worker by itself.
 */
export function permissionFlags(argv: readonly string[] = process.execArgv): string[] {
  const flags: string[] = [];
  for (const [at, flag] of argv.entries()) {
    if (!/^--((experimental-)?permission|frozen-intrinsics|allow-[a-z-]+)(=|$)/.test(flag)) continue;
    flags.push(flag);
    const value = argv[at + 1];
    // Some are followed by their value.
    if (/^--allow-fs-(read|write)$/.test(flag) && value !== undefined) flags.push(value);
  }
  return flags;
}
