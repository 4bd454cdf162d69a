import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import type { Clock } from "../time.ts";
import {
  type Backend,
  type BackendHost,
  isWireless,
  type LinkState,
  NetworkError,
  type NetworkState,
  type OpenBackend,
  safeText,
  type WlanStatus,
} from "./state.ts";

/** How long `ip` may take to begin to listen, and to tell the state. */
const SUBSCRIBE_MS = 2_000;
const READ_MS = 5_000;

/** What `ip` may print of the state: more than 10,000 interfaces. */
const PRINTED_BYTES_MAX = 16 * 1_024 * 1_024;

interface RtnetlinkOptions {
  /** The command of the package iproute2. @default "ip" */
  readonly ip?: string;
}

/**
 * The kernel's own words, by `ip`: `ip monitor` says that something changed, whatever it was, and `ip -j address` says
 * what is.
 */
export function rtnetlink({ ip = "ip" }: RtnetlinkOptions = {}): Backend {
  return { name: "rtnetlink", open: (host) => Monitor.open(ip, host) };
}

class Monitor implements OpenBackend {
  readonly #ip: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #reading = new AbortController();
  #failure: NetworkError | undefined;
  #isOver = false;

  static async open(ip: string, host: BackendHost): Promise<Monitor> {
    const monitor = new Monitor(ip, host);
    try {
      await monitor.#subscribed(host);
      if (monitor.#failure !== undefined) throw monitor.#failure;
      return monitor;
    } catch (error) {
      await monitor[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(ip: string, host: BackendHost) {
    this.#ip = ip;
    const child = spawn(ip, ["-o", "monitor", "link", "address"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(),
    });
    this.#child = child;
    // Also what it complains of: it may have missed something.
    for (const output of [child.stdout, child.stderr]) output.on("data", () => host.changed());
    const failed = (why: string, cause?: unknown): void => {
      if (this.#isOver || this.#failure !== undefined) return;
      this.#failure = new NetworkError("Unavailable", `${ip} monitor ${why}`, { cause });
      host.died(this.#failure);
    };
    // A command that cannot be started has no end.
    this.#ended = new Promise<void>((resolve) => {
      child.once("error", (cause: NodeJS.ErrnoException) => {
        failed(
          cause.code === "ENOENT" ? "cannot be run: the package iproute2 brings it" : `failed: ${cause.message}`,
          cause,
        );
        if (child.pid === undefined) resolve();
      });
      child.once("exit", (code, signal) => {
        failed(`ended (${signal ?? code})`);
        resolve();
      });
    });
  }

  async read(): ReturnType<OpenBackend["read"]> {
    const { signal } = this.#reading;
    const options = { env: environment(), timeout: READ_MS, maxBuffer: PRINTED_BYTES_MAX, signal };
    try {
      const { stdout } = await promisify(execFile)(this.#ip, ["-j", "address"], options);
      return readAddresses(stdout);
    } catch (cause) {
      if (cause instanceof NetworkError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new NetworkError("Unavailable", `${this.#ip} -j address failed: ${why.trim()}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#reading.abort();
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /**
   * Resolves when the kernel has the child on its list, so that no change is missed between the first state and the
   * first word of the monitor, which says nothing when it begins. If the list cannot be had, after a while.
   */
  async #subscribed({ clock, signal }: BackendHost): Promise<void> {
    const abort = (): void => void this.#child.kill("SIGKILL");
    signal.addEventListener("abort", abort);
    const end = clock.now() + SUBSCRIBE_MS;
    while (clock.now() < end && this.#failure === undefined && !signal.aborted) {
      if (await listens(this.#child.pid)) break;
      await Promise.race([pause(clock, 5), this.#ended]);
    }
    signal.removeEventListener("abort", abort);
  }
}

/** `ip` is where only root's path leads, on some systems. And its words are to be in no language. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C" };
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** Whether a process has a socket that takes part in a group of the kernel's routing news. */
async function listens(pid: number | undefined): Promise<boolean> {
  const table = await readFile("/proc/net/netlink", "utf8").catch(() => "");
  return table.split("\n").some((row) => {
    const [, family, owner, groups] = row.trim().split(/\s+/);
    return family === "0" && owner === String(pid) && Number.parseInt(groups ?? "0", 16) !== 0;
  });
}

/** The state that `ip -j address` printed. Throws a `BadReport`. */
function readAddresses(printed: string): NetworkState {
  const list = parsed(printed);
  if (!Array.isArray(list)) throw new NetworkError("BadReport", "ip -j address printed no list");
  return list.flatMap((one: unknown): WlanStatus[] => {
    // Empty objects stand for what was filtered.
    if (typeof one !== "object" || one === null || Object.keys(one).length === 0) return [];
    const { ifname, flags, addr_info: addresses }: Printed = one;
    if (typeof ifname !== "string" || !Array.isArray(flags))
      throw new NetworkError("BadReport", "ip -j address printed an interface without its name or flags");
    if (flags.includes("LOOPBACK")) return [];
    const all = Array.isArray(addresses) ? (addresses as PrintedAddress[]) : [];
    const of = (family: string): string[] => all.filter((address) => address.family === family).flatMap(address);
    const known = { ssid: null, linkState: linkState(flags), wireless: isWireless(ifname) };
    return [{ ifname: safeText(ifname), ...known, ipv4: of("inet"), ipv6: of("inet6") }];
  });
}

/** What `ip -j address` prints, of which only this is relied on. */
interface Printed {
  readonly ifname?: unknown;
  readonly flags?: unknown;
  readonly addr_info?: unknown;
}

interface PrintedAddress {
  readonly family?: unknown;
  readonly local?: unknown;
  readonly prefixlen?: unknown;
  readonly tentative?: unknown;
  readonly dadfailed?: unknown;
}

/** A name may hold a control character, which is printed as it is and makes no JSON. */
function parsed(printed: string): unknown {
  const text = printed.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  try {
    return JSON.parse(text === "" ? "[]" : text);
  } catch (cause) {
    throw new NetworkError("BadReport", "ip -j address printed no JSON", { cause });
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0001-\u0009\u000b-\u001f]/g;

function linkState(flags: readonly unknown[]): LinkState {
  if (!flags.includes("UP")) return "off";
  return flags.includes("LOWER_UP") ? "up" : "noCarrier";
}

function address({ local, prefixlen, tentative, dadfailed }: PrintedAddress): string[] {
  if (typeof local !== "string" || tentative === true || dadfailed === true) return [];
  return [typeof prefixlen === "number" ? `${local}/${prefixlen}` : local];
}
