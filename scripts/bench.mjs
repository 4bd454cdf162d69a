/** `npm run bench -- NAME ...`: a benchmark of `bench/NAME`, from a fresh clone. What follows the name is the benchmark's own. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { ready, root } from "./ready.mjs";

const [name = ""] = process.argv.splice(2, 1);
const names = readdirSync(join(root, "bench")).filter((entry) => existsSync(join(root, "bench", entry, "main.ts")));
if (!names.includes(name)) {
  process.stderr.write(`Name a benchmark: npm run bench -- ${names.join("|")} [option ...]\n`);
  process.exit(1);
}
ready();
await import(join(root, "bench/dist", name, "main.js"));
