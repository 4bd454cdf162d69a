import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

import { within } from "@doorbell-js/test-support/until";

/** Why no network namespace can be had here, or `false`: for a test's `skip`. */
export const noNamespace: string | false = [
  ["unshare", "--net", "true"],
  ["ip", "-V"],
  ["nft", "--version"],
].every(([name = "", ...args]) => spawnSync(name, args).status === 0)
  ? false
  : "needs root, and the commands unshare, ip and nft (packages util-linux, iproute2, nftables)";

/**
 * Runs a compiled program in a network namespace of its own, which goes away with it, and gives what it said by `tell`.
 */
export async function runInNamespace<T>(program: URL, args: readonly string[], deadlineMs: number): Promise<T> {
  const command = ["--net", "--kill-child", process.execPath, "--enable-source-maps", program.pathname, ...args];
  const child = spawn("unshare", command, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const status = await within(`the end of ${program.pathname}`, ended, deadlineMs);
    if (status !== 0) throw new Error(`${program.pathname} ended with ${status}: ${output}`);
    return JSON.parse(output) as T;
  } finally {
    if (child.exitCode === null) child.kill("SIGKILL");
  }
}

/** In a program run so: its result. */
export function tell(result: unknown): void {
  process.stdout.write(JSON.stringify(result));
}

/** In a program run so: brings loopback up. */
export function bringUp(): void {
  run("ip", "link", "set", "lo", "mtu", "1500", "up");
}

/** In a program run so: sets a knob of the kernel for this namespace alone, e.g. `tcp_retries2`. */
export function tune(knob: string, value: string): void {
  writeFileSync(`/proc/sys/net/ipv4/${knob}`, value);
}

export function run(name: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(name, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${[name, ...args].join(" ")}: ${error?.message ?? stderr}`);
}
