/**
 * Node opens its inspector at SIGUSR1, to every user of the machine, unless somebody listens for that signal. So this is
 * the very first module of our programs; commands that have something to say to the signal listen too. Node listens
 * earlier than any module runs, so what a signal has opened by then, or is about to open, is closed again.
 */
import inspector from "node:inspector";

process.on("SIGUSR1", () => {});

/** True if the program was started with a flag that asks for the inspector. */
const isWanted = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((flag) => flag.includes("--inspect"));
if (!isWanted) {
  close();
  for (const ms of [0, 20, 100, 500]) setTimeout(close, ms).unref();
}

function close() {
  if (inspector.url() !== undefined) inspector.close();
}
