/** `npm start`: the hub, from a fresh clone. Arguments after `--` are those of `doorbell serve`. */
// The very first thing, as in bin/doorbell.js.
import "../packages/hub/bin/no-inspector.js";

const parent = process.ppid;
const { ready, root } = await import("./ready.mjs");

ready();
// Whoever ended npm meanwhile wants no hub.
if (process.ppid !== parent) process.exit(1);
process.argv.splice(2, 0, "serve");
await import(`${root}/packages/hub/bin/doorbell.js`);
