import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { packageFolder } from "./doorbell.ts";

/**
 * A copy of the compiled package, inside of it so that imports resolve, with a text in one of its files replaced. It goes
 * with its disposal.
 */
export function breakPackage(
  name: string,
  file: string,
  find: string,
  replace: string,
): { readonly bin: string } & Disposable {
  const folder = join(packageFolder, "build/canary", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ["bin", "package.json", "dist/src"])
    cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
  const path = join(folder, "dist/src", file);
  const source = readFileSync(path, "utf8");
  assert.equal(
    source.split(find).length,
    2,
    `canary ${name}: what it replaces stands in ${file} once; mend the canary`,
  );
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  return {
    bin: join(folder, "bin/doorbell.js"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
