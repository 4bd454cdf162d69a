import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Peer } from "../peers/index.ts";
import { Child } from "./child.ts";
import { build, source } from "./places.ts";
import type { RunningServer } from "./server.ts";

const program = join(build, "line-load");

/** Compiles the load client: in C, so that it is not what is measured. */
export function compileLoad(): void {
  mkdirSync(build, { recursive: true });
  const folder = source("load");
  const files = readdirSync(folder).filter((name) => name.endsWith(".c"));
  const { error, status, stderr } = spawnSync("cc", ["-O2", "-std=c11", "-D_GNU_SOURCE", "-o", program, ...files], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error !== undefined)
    throw new Error(
      "there is no C compiler (cc): the load client is in C, so install one (Debian: apt install gcc libc6-dev)",
    );
  if (status !== 0) throw new Error(`the load client does not compile:\n${stderr}`);
}

/** What the load client measured in one go. */
export interface Sample {
  /** deliveries, or answers */
  readonly count: number;
  readonly ns: number;
  /** processor time of the load client itself */
  readonly cpuNs: number;
  readonly triggers?: number;
  readonly firstToLastNs?: number;
}

export interface LoadOptions {
  readonly connections: number;
  /** Items due at each trigger. */
  readonly items?: number;
  /** Requests under way on each connection; without it the connections subscribe. */
  readonly inFlight?: number;
  /** The core of the load client. @default "load" */
  readonly core?: "load" | "server";
}

/** The load client, with its connections open. */
export class Load implements AsyncDisposable {
  readonly #child: Child;
  readonly #lines: AsyncIterator<string>;
  readonly #against: string;

  private constructor({ peer, port }: RunningServer, { connections, items = 1, inFlight, core = "load" }: LoadOptions) {
    this.#against = peer.name;
    const options = {
      port,
      connections,
      hello: peer.hello ?? "",
      noise: peer.noise?.say ?? "",
      "noise-answer": peer.noise?.answer ?? "",
      ...(inFlight === undefined ? subscribing(peer, items) : requesting(peer, inFlight)),
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = new Child("load client", core, [program, ...args]);
    this.#lines = createInterface({ input: this.#child.process.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
  }

  static async open(server: RunningServer, options: LoadOptions): Promise<Load> {
    const load = new Load(server, options);
    try {
      await load.#next();
      return load;
    } catch (cause) {
      await load[Symbol.asyncDispose]();
      throw cause;
    }
  }

  fanout(ms: number): Promise<Sample> {
    return this.#measure(`fanout ${ms}`);
  }

  requests(ms: number): Promise<Sample> {
    return this.#measure(`requests ${ms}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }

  async #measure(command: string): Promise<Sample> {
    this.#child.process.stdin?.write(`${command}\n`);
    return (await this.#next()) as Sample;
  }

  async #next(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the load client for ${this.#against} ended`);
    const said = JSON.parse(value) as { error?: string };
    if (said.error !== undefined) throw new Error(`the load client for ${this.#against}: ${said.error}`);
    return said;
  }
}

function subscribing({ subscribe, trigger, line }: Peer, items: number): Record<string, string | number> {
  return {
    subscribe: subscribe.say,
    ack: subscribe.ack,
    trigger: trigger(items),
    "delivery-bytes": line.length * items,
  };
}

function requesting({ name, request }: Peer, inFlight: number): Record<string, string | number> {
  if (request === undefined) throw new Error(`${name} has nothing to be asked for`);
  return { request: request.say, "answer-bytes": request.answer.length, "in-flight": inFlight };
}
