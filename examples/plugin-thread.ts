/** The plug-in that `plugin-main` starts. */
import { Kernel, type KernelError, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import { Host } from "./plugin.ts";

const kernel = await Kernel.join();
using host = await kernel.connect(Sid.from(kernel.data as SidWords), Host);

await host.log(`units are ${await host.setting("units")}`);
try {
  await host.deleteFiles();
} catch (error) {
  await host.log(`deleteFiles: ${(error as KernelError).code}`);
}
await kernel.leave();
