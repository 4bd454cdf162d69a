import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ask, said } from "./asking.ts";
import { bareEnvironment, bin, doorbell, type HubProcess, startAtTerminal, startHubProcess } from "./doorbell.ts";
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

  /** The address of a new bell. It is made over HTTP: `doorbell bell new` is a process more, and has tests of its own. */
  async newBell(
    label: string,
    { inbox = "me", ...limits }: { readonly inbox?: string; readonly perMinute?: number } = {},
  ): Promise<string> {
    const { data, httpPort } = this.hub;
    const { owner: key } = JSON.parse(readFileSync(join(data, "keys.json"), "utf8")) as { readonly owner: string };
    const url = `http://127.0.0.1:${httpPort}/v1`;
    const { inboxes } = await said(ask(`${url}/inboxes`, { key }));
    const found = (inboxes as readonly { readonly id: number; readonly name: string }[]).find(
      ({ name }) => name === inbox,
    );
    assert.ok(found !== undefined, `there is no inbox ${inbox}`);
    const made = await said(ask(`${url}/bells?inbox=${found.id}`, { key, json: { label, ...limits } }));
    assert.equal(made.status, 201, JSON.stringify(made));
    return String(made["address"]);
  }

  /** A command that runs on. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return new Program(process.execPath, [bin, ...args], bareEnvironment({ ...this.environment, ...env }));
  }

  /** A command at a terminal: see {@link startAtTerminal}. */
  atTerminal(words: string): Program {
    return startAtTerminal(words, { env: { ...this.environment, NO_COLOR: "1" }, asWritten: true });
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
