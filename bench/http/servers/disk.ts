/** How often the disk says that something is on it: `node disk.js FILE MS`, a short record and a sync, again and again. */
import { fdatasyncSync, openSync, writeSync } from "node:fs";

const [file = "", ms = ""] = process.argv.slice(2);
const record = Buffer.alloc(400, "x");
const descriptor = openSync(file, "a");
let count = 0;
const began = performance.now();
while (performance.now() - began < Number(ms)) {
  writeSync(descriptor, record);
  fdatasyncSync(descriptor);
  count += 1;
}
console.log(JSON.stringify({ count, ns: (performance.now() - began) * 1e6 }));
