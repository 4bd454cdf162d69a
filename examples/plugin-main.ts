/**
 * A program and its plug-in, which can ask for two things and for nothing else. `node examples/dist/plugin-main.js`
 *
 * This keeps a plug-in from doing by mistake what it was not given. It does not hold a hostile one, which can read all
 * memory of its process: that takes a process of its own.
 */
import { Kernel } from "@doorbell-js/doorbell/kernel";

import { Host } from "./plugin.ts";

await using kernel = await Kernel.start();
using host = await kernel.createServer(Host);
void host.serve({
  setting: ({ value }) => (value === "units" ? "metric" : ""),
  log: ({ value }) => console.log(value),
  set: () => console.log("set"),
  deleteFiles: () => 1_000_000,
});

// Another id of the same server, through which two opcodes pass: this is all that the plug-in is given.
using narrowed = await host.narrow({ opcodes: ["setting", "log"] });
await using plugin = await kernel.spawn(new URL("./plugin-thread.js", import.meta.url), { data: narrowed.sid.words() });
await plugin.exited;
