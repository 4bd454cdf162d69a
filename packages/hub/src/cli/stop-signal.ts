import { readFileSync } from "node:fs";

/** The time between two looks whether npm is still there, if npm started this. */
const LOOK_MS = 1_000;

/** Resolves at the first signal to stop, or when the npm that runs this has gone. The second signal ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const [signal, number] of [
      ["SIGINT", 2],
      ["SIGTERM", 15],
    ] as const)
      process.on(signal, () => {
        if (stopping) process.exit(128 + number);
        stopping = true;
        resolve();
      });
    const npm = npmAbove();
    if (npm === undefined) return;
    // A signal to npm or npx alone is meant for this process: npm passes on no signal that it does not hear of, and npx only to its shell.
    const looking = setInterval(() => {
      if (npm() || stopping) return;
      clearInterval(looking);
      stopping = true;
      resolve();
    }, LOOK_MS);
    looking.unref();
  });
}

/** Tells whether the npm that runs this is still there; nothing if none does. A script of npm may leave a hub behind. */
function npmAbove(): (() => boolean) | undefined {
  if (!["start", "exec"].includes(process.env["npm_command"] ?? "")) return undefined;
  const parent = process.ppid;
  // npm start runs this itself, npx through a shell.
  if (isNpm(parent)) return () => process.ppid === parent;
  const above = parentOf(parent);
  if (above === undefined || !isNpm(above)) return undefined;
  return () => process.ppid === parent && parentOf(parent) === above;
}

function isNpm(pid: number): boolean {
  return /^npm\b/.test(statOf(pid).name);
}

function parentOf(pid: number): number | undefined {
  return statOf(pid).parent;
}

/** Returns the name of a process and the one that started it, where the system tells of them (Linux). */
function statOf(pid: number): { readonly name: string; readonly parent: number | undefined } {
  try {
    const [, name = "", parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, parent: Number(parent) };
  } catch {
    return { name: "", parent: undefined };
  }
}
