import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Ended, Program, run } from "./program.ts";

/** The hub's package, seen from where the tests are compiled to. */
export const packageFolder: string = join(dirname(fileURLToPath(import.meta.url)), "../../..");

export const bin: string = join(packageFolder, "bin/doorbell.js");

/** Goes with the tests' process. */
const dataHomes = mkdtempSync(join(tmpdir(), "doorbell-data-"));
process.once("exit", () => rmSync(dataHomes, { recursive: true, force: true }));
let environments = 0;

/** An environment without a setting of the machine that the tests run on, and with a place of its own for data. */
export function bareEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("DOORBELL_") && !["NO_COLOR", "FORCE_COLOR", "NODE_TEST_CONTEXT"].includes(name),
  );
  const fresh = {
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "",
    // Hubs of tests run side by side.
    DOORBELL_HTTP_PORT: "0",
    XDG_DATA_HOME: join(dataHomes, String((environments += 1))),
  };
  return { ...Object.fromEntries(own), ...fresh, ...more };
}

/** Runs one command of `doorbell` to its end. */
export function doorbell(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  // Who serves takes any free port; whoever asks says which, or means the usual one.
  const own = args[0] === "serve" ? {} : { DOORBELL_HTTP_PORT: "" };
  return run(process.execPath, [bin, ...args], { env: bareEnvironment({ ...own, ...env }) });
}

/** Runs `doorbell` with these words at a terminal: `stdout` is all that it shows there. */
export function startAtTerminal(
  words: string,
  {
    env = {},
    program = bin,
    asWritten = false,
  }: {
    readonly env?: NodeJS.ProcessEnv;
    readonly program?: string;
    /** Whether the terminal changes nothing: it shows what was written, byte for byte, and nothing that is typed. */
    readonly asWritten?: boolean;
  } = {},
): Program {
  const command = `${asWritten ? "stty -opost -echo; " : ""}exec "${process.execPath}" "${program}" ${words}`;
  return new Program("script", ["-qec", command, "/dev/null"], bareEnvironment({ TERM: "xterm", ...env }));
}

/** A hub in a process of its own. */
export interface HubProcess extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  /** The port for TLS, if it listens there. */
  readonly tlsPort: number | undefined;
  /** The port of HTTP; NaN if it is not served. */
  readonly httpPort: number;
  /** The options that bring a command to it. */
  readonly at: readonly string[];
  /** Its data folder, if no argument names another. */
  readonly data: string;
}

export async function startHubProcess({
  args = ["--random-rate", "0"],
  network = false,
  http = false,
  env = {},
}: {
  readonly args?: readonly string[];
  readonly network?: boolean;
  /** Whether it serves HTTP, which takes as long to start as all the rest. */
  readonly http?: boolean;
  readonly env?: NodeJS.ProcessEnv;
} = {}): Promise<HubProcess> {
  const given = args.includes("--port") ? [] : ["--port", "0"];
  // Of the network that the tests run on anything may be told at any time.
  if (!network) given.push("--no-network");
  if (!http) given.push("--no-http");
  const environment = bareEnvironment(env);
  const program = new Program(process.execPath, [bin, "serve", ...given, ...args], environment);
  try {
    await program.until("its greeting", () => program.stdout.includes("stop  "));
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  const port = Number(/listens at \S+?:(\d+)/.exec(program.stdout)?.[1]);
  const tls = /:(\d+) \(TLS\)/.exec(program.stdout)?.[1];
  return {
    program,
    port,
    tlsPort: tls === undefined ? undefined : Number(tls),
    httpPort: Number(/over HTTP +http:\/\/\S+:(\d+)/.exec(program.stdout)?.[1]),
    at: ["--port", String(port)],
    data: environment["DOORBELL_DATA"] ?? join(environment["XDG_DATA_HOME"] ?? "", "doorbell"),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
