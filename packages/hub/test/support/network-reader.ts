import { isDeepStrictEqual } from "node:util";

import { within } from "@doorbell-js/test-support/until";

import type { NetworkState, WlanStatus } from "../../src/network/state.ts";
import { bareEnvironment, bin } from "./doorbell.ts";
import { connectLine, type LineClient } from "./line-client.ts";
import type { Program } from "./program.ts";

/** Starts a program somewhere: on this machine, or in a namespace. */
type Start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv) => Program;

/** A hub in a process of its own, and a client of its socket that reads the network whenever it is told to. */
export class NetworkReader implements AsyncDisposable {
  /** How often it was told so far. */
  told = 0;
  state: NetworkState | undefined;
  readonly hub: Program;
  readonly #client: LineClient;

  /** `socket` is the path of the hub's socket, in a folder of the test's own. */
  static async start(start: Start, socket: string, env: Readonly<Record<string, string>> = {}): Promise<NetworkReader> {
    const args = [bin, "serve", "--no-tcp", "--socket", socket, "--random-rate", "0"];
    const hub = start(process.execPath, args, bareEnvironment(env));
    try {
      await hub.until("its greeting", () => hub.stdout.includes("stop  "));
      const client = await connectLine({ path: socket });
      const reader = new NetworkReader(hub, client);
      if ((await client.ask("notif network")) !== "OK") throw new Error("no notification mode");
      return reader;
    } catch (error) {
      await hub[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(hub: Program, client: LineClient) {
    this.hub = hub;
    this.#client = client;
  }

  /** Waits for notifications, and fetches for each, until the state is this one. Fails when none comes in time. */
  async sees(...state: readonly WlanStatus[]): Promise<void> {
    while (!isDeepStrictEqual(this.state, state)) {
      const line = await this.#client.next();
      if (line !== "notif: network") throw new Error(`${line} came instead of a notification`);
      this.told += 1;
      this.state = this.#parse(await this.#fetch());
    }
  }

  /** What it would be given now, without being told. */
  async now(): Promise<NetworkState> {
    return this.#parse(await this.#fetch());
  }

  /** The answer to `network?`. A notification ahead of it may be of a later state: then it is asked again. */
  async #fetch(): Promise<string> {
    for (;;) {
      let came = 0;
      let line: string | undefined = await this.#client.ask("network?");
      for (; line === "notif: network"; line = await this.#client.next()) came += 1;
      this.told += came;
      if (came === 0) return line ?? "";
    }
  }

  #parse(line: string): NetworkState {
    return (JSON.parse(line) as { interfaces: NetworkState }).interfaces;
  }

  /** Stops the hub as an operator does, by SIGTERM, and gives how it ended. */
  async stop(terminate: () => void = () => this.hub.signal("SIGTERM")): ReturnType<() => Program["ended"]> {
    terminate();
    return await within("the hub's end", this.hub.ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.hub[Symbol.asyncDispose]();
  }
}
