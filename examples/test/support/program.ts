import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** No wait of a test takes longer: it fails, and says what it waited for. */
const DEADLINE_MS = 30_000;

/** The folder of the compiled examples. */
const dist = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** A running program and the lines it has printed. It ends with the test. */
export class Program implements AsyncDisposable {
  stdout = "";
  stderr = "";
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly #child: ReturnType<typeof spawn>;
  #changed = (): void => {};

  constructor(script: string, ...args: readonly (string | number)[]) {
    this.#child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => resolve(signal ?? code));
    });
  }

  get lines(): readonly string[] {
    return this.stdout.split("\n").slice(0, -1);
  }

  /** Waits until so many lines have been printed, and gives them. */
  async prints(count: number): Promise<readonly string[]> {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`${why} before ${count} lines: ${this.stdout}${this.stderr}`));
      const late = setTimeout(() => fail("the time was up"), DEADLINE_MS);
      const settle = (call: () => void): void => {
        clearTimeout(late);
        this.#changed = () => {};
        call();
      };
      this.#changed = () => {
        if (this.lines.length >= count) settle(resolve);
      };
      void this.ended.then(() => settle(() => (this.lines.length >= count ? resolve() : fail("it ended"))));
      this.#changed();
    });
    return this.lines.slice(0, count);
  }

  /** As at a keyboard: Ctrl-C. Gives how it ended. */
  interrupt(): Promise<number | NodeJS.Signals | null> {
    this.#child.kill("SIGINT");
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** Runs an example: `runExample("03-loop", port)`. */
export function runExample(name: string, port: number, ...args: readonly (string | number)[]): Program {
  return new Program(join(dist, `${name}.js`), "127.0.0.1", port, ...args);
}

/** Runs an example that serves, with these arguments. */
export function runServer(name: string, ...args: readonly (string | number)[]): Program {
  return new Program(join(dist, `${name}.js`), ...args);
}

/** A hub, and ways to talk to it at a shell. */
export interface Hub extends AsyncDisposable {
  readonly port: number;
  /** Puts an ad on its board. */
  post(ad: string): Promise<void>;
  /** Runs a command about its inboxes and bells, and gives what it prints. */
  run(...args: readonly string[]): Promise<string>;
}

/** A hub with so many new numbers a minute. */
export async function startHub(perMinute: number): Promise<Hub> {
  const bin = join(dist, "../../packages/hub/bin/doorbell.js");
  const data = mkdtempSync(join(tmpdir(), "doorbell-"));
  const own = ["--data", data, "--port", 0, "--http-port", 0, "--no-network"];
  const hub = new Program(bin, "serve", ...own, "--random-rate", perMinute);
  const greeting = (await hub.prints(4)).join("\n");
  const port = Number(/:(\d+)/.exec(greeting)?.[1]);
  const httpPort = Number(/over HTTP +\S+:(\d+)/.exec(greeting)?.[1]);
  return {
    port,
    async run(...args) {
      await using command = new Program(bin, ...args, "--data", data, "--http-port", httpPort);
      if ((await command.ended) !== 0) throw new Error(command.stderr);
      return command.stdout;
    },
    async post(ad) {
      await using post = new Program(bin, "post", "--port", port, ad);
      if ((await post.ended) !== 0) throw new Error(post.stderr);
    },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
