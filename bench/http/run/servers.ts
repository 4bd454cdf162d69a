import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import type { Peer } from "../../line/peers/index.ts";
import { Child } from "../../line/run/child.ts";
import { build } from "../../line/run/places.ts";
import { accepting, freePort, type RunningServer } from "../../line/run/server.ts";
import { event, greet, hold, read, ring, sequence, text } from "./bytes.ts";
import { heapOptions } from "./heap.ts";
import { compiled, hub } from "./places.ts";

/** A server, and how it is rung and read. */
export interface HttpServer extends RunningServer {
  /** The same server, where the load client's publisher has nothing to say. */
  readonly silent: RunningServer;
  /** A folder on the disk that it writes to. */
  readonly folder: string;
}

/**
 * The hub's command with a store on disk, as it is installed: no limit is lifted. It has threads of its own, so that no core is
 * set aside.
 *
 * @param isFilled whether it was rung until numbers have as many digits as they will have
 */
export async function startHub({ isFilled }: { readonly isFilled: boolean }): Promise<HttpServer> {
  const folder = mkdtempSync(join(build, "bench-http-"));
  const port = await freePort();
  const options = ["--http-port", port, "--data", folder, "--no-tcp", "--socket", join(folder, "line"), "--no-network"];
  const command = [
    process.execPath,
    ...heapOptions,
    hub,
    "serve",
    ...options.map(String),
    "--random-rate",
    "0",
  ] as const;
  const child = new Child("doorbell", "anywhere", command);
  child.process.stdout?.resume();
  const close = async (): Promise<void> => {
    await child[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await accepting(port, child);
    const keys = keysIn(folder);
    const { read: readingKey, manage } = keys.inboxes.me;
    const bell = await newBell(port, manage);
    if (isFilled) await fill(`http://127.0.0.1:${port}${bell}`);
    const peer = await peerOf("doorbell", port, bell, readingKey);
    const running: RunningServer = { peer, port, child, [Symbol.asyncDispose]: close };
    return { ...running, folder, silent: { ...running, peer: { ...peer, hello: hold(port, keys.owner) } } };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** The keys that a hub wrote into its data folder. */
interface HubKeys {
  readonly owner: string;
  readonly inboxes: { readonly me: { readonly read: string; readonly manage: string } };
}

/** Reads the keys of a hub from its data folder. */
export function keysIn(folder: string): HubKeys {
  return JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")) as HubKeys;
}

/** Makes a bell that may be rung as often as one can. Gives its address, as a path. */
export async function newBell(port: number, manage: string): Promise<string> {
  const { address } = await post<{ readonly address: string }>(port, "/v1/bells", manage, {
    label: "bench",
    perMinute: 1_000_000,
  });
  return new URL(address).pathname;
}

/** Asks a hub to make something, and gives its answer. Rejects when the hub refuses it. */
export async function post<T>(port: number, path: string, key: string, body: object): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  if (!response.ok) throw new Error(`${path} was refused: ${await response.text()}`);
  return (await response.json()) as T;
}

/** `node:http` alone. */
export async function startBare(): Promise<HttpServer> {
  const port = await freePort();
  const child = new Child("node:http", "anywhere", [
    process.execPath,
    ...heapOptions,
    compiled("servers/bare.js"),
    String(port),
  ]);
  await accepting(port, child);
  const peer = await peerOf("node:http", port, "/", "x");
  const running: RunningServer = { peer, port, child, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  return { ...running, folder: "", silent: { ...running, peer: { ...peer, hello: hold(port, "x") } } };
}

async function fill(address: string): Promise<void> {
  for (let rung = 0; rung < sequence; rung += 100)
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await fetch(address, { method: "POST", body: text });
        if (!response.ok) throw new Error(`a ring was refused: ${await response.text()}`);
        await response.arrayBuffer();
      }),
    );
}

async function peerOf(name: string, port: number, path: string, key: string): Promise<Peer> {
  // How many bytes an answer has is asked, not guessed.
  const answer = await asked(port, ring(port, path));
  return {
    name,
    program: process.execPath,
    command: () => [process.execPath],
    subscribe: { say: read(port, key), ack: "}\n\n" },
    hello: greet(port),
    noise: { say: ": alive\n\n", answer: "" },
    trigger: () => ring(port, path),
    line: event(sequence),
    request: { say: ring(port, path), answer },
  };
}

/** What one request is answered, head and body. */
function asked(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    let heard = "";
    socket.setEncoding("latin1").on("data", (part: string) => {
      heard += part;
      const [head = "", body] = heard.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (body?.length !== length) return;
      socket.destroy();
      if (heard.startsWith("HTTP/1.1 200 ")) resolve(heard);
      else reject(new Error(`a ring was refused: ${heard}`));
    });
    socket.on("error", reject);
  });
}
