import assert from "node:assert/strict";

import { bareEnvironment, bin, doorbell, type HubProcess, startHubProcess } from "./doorbell.ts";
import { Program } from "./program.ts";

/** A hub process with a data folder of its own, and the commands that go to it. */
export class InboxHub implements AsyncDisposable {
  readonly hub: HubProcess;

  static async start(): Promise<InboxHub> {
    return new InboxHub(await startHubProcess({ http: true }));
  }

  private constructor(hub: HubProcess) {
    this.hub = hub;
  }

  /** The environment that brings every command to it. */
  get environment(): NodeJS.ProcessEnv {
    const { port, httpPort, data } = this.hub;
    return { DOORBELL_PORT: String(port), DOORBELL_HTTP_PORT: String(httpPort), DOORBELL_DATA: data };
  }

  run(...args: readonly string[]): ReturnType<typeof doorbell> {
    return doorbell(args, this.environment);
  }

  /** What a command printed that was done without a remark. */
  async prints(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, `doorbell ${args.join(" ")}`);
    return stdout;
  }

  /** The address of a new bell. */
  async newBell(label: string, ...args: readonly string[]): Promise<string> {
    const { address } = JSON.parse(await this.prints("bell", "new", label, "--json", ...args)) as { address: string };
    return address;
  }

  /** A command that runs on. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return new Program(process.execPath, [bin, ...args], bareEnvironment({ ...this.environment, ...env }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}

/** Rings a bell as any program would. */
export async function ringBell(
  address: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const response = await fetch(address, { method: "POST", body: text, headers });
  assert.equal(response.status, 200, await response.text());
}
