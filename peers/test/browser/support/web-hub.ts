import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";

import { closedPorts } from "../../../../packages/hub/dist/test/support/closed-port.js";
import { type HubProcess, startHubProcess } from "../../../../packages/hub/dist/test/support/doorbell.js";
import { run } from "../../../../packages/hub/dist/test/support/program.js";

/** A bell that was made, and what rings it. */
interface MadeBell {
  readonly bell: { readonly id: number };
  readonly address: string;
}

/** A hub in a process of its own, with a store, reached by HTTP as its owner. It can die and come back. */
export class WebHub implements AsyncDisposable {
  /** Where its page is. */
  readonly url: string;
  readonly #folder: Folder;
  readonly #args: readonly string[];
  #hub: HubProcess;

  static async start({ network = false }: { readonly network?: boolean } = {}): Promise<WebHub> {
    const folder = newFolder();
    const [port, httpPort] = await closedPorts(2);
    const args = ["--port", String(port), "--http-port", String(httpPort), "--data", folder.file("data")];
    const all = [...args, "--random-rate", "0", ...(network ? [] : ["--no-network"])];
    return new WebHub(
      folder,
      `http://127.0.0.1:${httpPort}`,
      all,
      await startHubProcess({ args: all, network: true, http: true }),
    );
  }

  private constructor(folder: Folder, url: string, args: readonly string[], hub: HubProcess) {
    this.#folder = folder;
    this.url = url;
    this.#args = args;
    this.#hub = hub;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** That of the line protocol. */
  get linePort(): number {
    return this.#hub.port;
  }

  get dataFolder(): string {
    return this.#folder.file("data");
  }

  /** Without warning, as when the power goes. */
  async kill(): Promise<void> {
    this.#hub.program.signal("SIGKILL");
    await this.#hub.program.ended;
  }

  /** With the same store, at the same ports. */
  async restart(): Promise<void> {
    this.#hub = await startHubProcess({ args: this.#args, network: true, http: true });
  }

  /** What its owner asks. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { owner } = JSON.parse(readFileSync(`${this.dataFolder}/keys.json`, "utf8")) as { readonly owner: string };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${owner}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${response.ok ? "" : await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** How many requests it has refused because of where they came from. */
  async refused(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const counts = text.matchAll(/^doorbell_http_requests_refused_total\S* (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** A link that logs in, once. */
  async link(): Promise<string> {
    return (await this.ask<{ readonly url: string }>("POST", "/v1/links")).url;
  }

  async newBell(label: string, limits: object = {}): Promise<MadeBell> {
    return this.ask("POST", "/v1/bells?inbox=1", { label, ...limits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** Rings a bell as anybody would; gives the status of the answer. */
export async function curl(address: string, text: string, ...headers: readonly string[]): Promise<number> {
  const more = headers.flatMap((header) => ["-H", header]);
  const { code, stdout, stderr } = await run("curl", [
    "-sS",
    "-o",
    "/dev/null",
    "-w",
    "%{http_code}",
    ...more,
    "-d",
    text,
    address,
  ]);
  assert.equal(code, 0, stderr);
  return Number(stdout);
}
