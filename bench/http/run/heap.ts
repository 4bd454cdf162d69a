import { once } from "node:events";

import type { Child } from "../../line/run/child.ts";

/** Has a server say at a signal what its main thread holds once the garbage is gone. */
const program = `process.on("SIGUSR2", () => {
  gc(); gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write("held " + (heapUsed + external) + "\\n");
});`;

/** What Node is started with, for that. */
export const heapOptions: readonly string[] = [
  "--expose-gc",
  `--import=data:text/javascript,${encodeURIComponent(program)}`,
];

/** Bytes that the main thread of a server holds: its heap, and buffers outside of it. Resident memory says more, and less exactly. */
export async function heldBytes({ process: child }: Child): Promise<number> {
  child.kill("SIGUSR2");
  for (;;) {
    const [text] = (await once(child.stderr as NodeJS.ReadableStream, "data")) as [string];
    const [, bytes] = /held (\d+)/.exec(text) ?? [];
    if (bytes !== undefined) return Number(bytes);
  }
}
