import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { Peer } from "../peers/index.ts";
import { Child } from "./child.ts";

const START_MS_MAX = 10_000;

export interface RunningServer extends AsyncDisposable {
  readonly peer: Peer;
  readonly port: number;
  readonly child: Child;
}

/** Starts a peer's server at a free port, and waits until it accepts connections. */
export async function startServer(peer: Peer, items: number): Promise<RunningServer> {
  const port = await freePort();
  const child = new Child(peer.name, "server", peer.command(port, items));
  // What a server logs is nobody's concern here, but must be read.
  child.process.stdout?.resume();
  try {
    await accepting(port, child);
  } catch (cause) {
    await child[Symbol.asyncDispose]();
    throw cause;
  }
  return { peer, port, child, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}

/** A port that was free a moment ago: not every server can say which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until the server accepts connections. */
export async function accepting(port: number, child: Child): Promise<void> {
  const until = performance.now() + START_MS_MAX;
  while (!(await connects(port))) {
    child.check();
    if (performance.now() > until)
      throw new Error(`nothing accepts connections at port ${port} after ${START_MS_MAX} ms`);
    await sleep(5);
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
