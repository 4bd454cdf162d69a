/**
 * T21, in a network namespace of its own, where the system has four ports to pick from for a client: connects bare
 * sockets and clients to two of them while nothing listens there, and then a client to a server.
 */
import { connect as connectSocket } from "node:net";

import { connect } from "../../../src/line/client/client.ts";
import { LineError } from "../../../src/line/errors.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { bringUp, tell, tune } from "../../support/namespace.ts";

export interface ItselfResult {
  /** How many attempts connected a bare socket with itself. */
  readonly bare: number;
  /** What each attempt of a client came to. */
  readonly clients: readonly string[];
  /** What a client that comes back by itself gets of a server that came late. */
  readonly late: string;
}

const ATTEMPTS = 40;
const BARE_PORT = 45_678;
const PORT = 45_680;

bringUp();
tune("ip_local_port_range", `${BARE_PORT} ${PORT + 1}`);
const clients: string[] = [];
let bare = 0;
for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
  const socket = connectSocket(BARE_PORT, "127.0.0.1");
  socket.on("connect", () => {
    bare += 1;
    socket.resetAndDestroy();
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  for (const tls of [false, { rejectUnauthorized: false }])
    clients.push(await connect({ port: PORT, tls }).then(ended, (error: unknown) => said(error)));
}
const source = new MemorySource();
source.push("rang");
await using server = new LineServer({ sources: { classified: source } });
await server.listen({ port: PORT });
tune("ip_local_port_range", `${BARE_PORT + 1_000} ${PORT + 1_000}`);
await using client = await connect({ port: PORT });
tell({ bare, clients, late: await client.classified() } satisfies ItselfResult);

async function ended(client: AsyncDisposable): Promise<string> {
  await client[Symbol.asyncDispose]();
  return "connected";
}

function said(error: unknown): string {
  return error instanceof LineError ? `${error.code}: ${error.message}` : String(error);
}
