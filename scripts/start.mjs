/** `npm start`: the hub, from a fresh clone. Arguments after `--` are those of `doorbell serve`. */
import { ready, root } from "./ready.mjs";

ready();
process.argv.splice(2, 0, "serve");
await import(`${root}/packages/hub/bin/doorbell.js`);
