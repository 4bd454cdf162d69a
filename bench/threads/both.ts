import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("main.js", import.meta.url));
const kept = fileURLToPath(new URL("../../../build/bench-threads.md", import.meta.url));

/** Measures all figures on two cores, then those of speed on one, each in a process of its own; prints both tables, and keeps them. */
export function both(options: readonly string[]): void {
  const two = table("On two cores", "0,1", options);
  const one = table("Both threads on one core", "0", [...options, "--speed"]);
  mkdirSync(new URL("../../../build", import.meta.url), { recursive: true });
  writeFileSync(kept, two + one);
}

function table(title: string, cores: string, options: readonly string[]): string {
  const { stdout, status, error } = spawnSync("taskset", ["-c", cores, process.execPath, main, ...options], {
    encoding: "utf8",
    maxBuffer: 2 ** 24,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${title}: it could not be measured`);
  const [where = "", ...lines] = stdout.trim().split("\n");
  const said = `${title} (${where}):\n${lines.join("\n")}\n\n`;
  process.stdout.write(said);
  return said;
}
