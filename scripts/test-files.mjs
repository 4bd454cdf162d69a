/** The test files of each tier, by their sources' paths from the root, and where the compiled ones lie. */
import { readdirSync } from "node:fs";
import { join, sep } from "node:path";

import { root } from "./ready.mjs";

const places = ["packages/doorbell/test", "packages/hub/test", "peers/test", "examples/test", "bench", "scripts"];

/** Gives the files that `npm test` runs, or those of `npm run test:long`. */
export function testFiles(isLongTier = false) {
  return places
    .flatMap((place) => readdirSync(join(root, place), { recursive: true }).map((name) => join(place, name)))
    .filter((file) => /\.test\.(ts|mjs)$/.test(file) && !isBelow(file, "node_modules") && !isBelow(file, "dist"))
    .filter((file) => (isLongTier ? isBelow(file, "long") || file.endsWith(".sized.test.ts") : !isBelow(file, "long")));
}

function isBelow(file, folder) {
  return file.split(sep).includes(folder);
}

/** Some tests need the packages of a folder that is not always installed. */
export function isPeerTest(file) {
  return file.startsWith(join("peers", "test", sep));
}

export function compiledOf(file) {
  if (file.endsWith(".mjs")) return join(root, file);
  const [place, inside] = isPeerTest(file)
    ? ["peers", file.slice(join("peers", "test", sep).length)]
    : /^(packages.[^\\/]+|[^\\/]+).(.*)$/.exec(file).slice(1);
  return join(root, place, "dist", inside.replace(/\.ts$/, ".js"));
}
