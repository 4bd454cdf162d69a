import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Peer } from "../peers/index.ts";
import { lineProtocol } from "../peers/peer.ts";
import type { Figure, Plan } from "../run/figure.ts";
import { root } from "../run/places.ts";
import { freePort } from "../run/server.ts";

const GIVE_UP_MS = 10_000;

/** A program that answers `random?` at a port, a moment after it was started. */
interface Starting {
  readonly name: string;
  command(port: number, data: string): readonly string[];
}

/** The hub, as anybody starts it. */
const hub: Starting = {
  name: "doorbell",
  command: (port, data) => [
    process.execPath,
    join(root, "packages/hub/bin/doorbell.js"),
    "serve",
    "--port",
    String(port),
    "--http-port",
    "0",
    "--data",
    data,
  ],
};

/**
 * From the moment a server's command is started until `random?` is answered: the hub, and those of the others that speak its
 * protocol, in turn. How long Node alone takes differs by a factor of four from one machine and hour to another.
 */
export async function* start(peers: readonly Peer[], { rounds }: Plan): AsyncGenerator<Figure> {
  const others = peers
    .filter(({ name, request }) => name !== hub.name && request?.say === lineProtocol.request?.say)
    .map(({ name, command }): Starting => ({ name, command: (port) => command(port, 1) }));
  const series = [hub, ...others].map((one) => ({ one, values: [] as number[] }));
  for (let round = 0; round < rounds; round += 1)
    for (const { one, values } of series) values.push(await startOnce(one));
  yield {
    group: "start",
    name: "started to first answer",
    unit: "ms",
    series: series.map(({ one: { name }, values }) => ({ peer: name, values })),
    targets: [{ valueMax: 300 }],
  };
}

async function startOnce({ name, command }: Starting): Promise<number> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "doorbell-"));
  const [program = "", ...args] = command(port, data);
  const before = performance.now();
  const server = spawn(program, args, { stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  try {
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`${name} ended with ${server.exitCode} before it answered`);
      if (performance.now() - before > GIVE_UP_MS) throw new Error(`${name} gave no answer in ${GIVE_UP_MS} ms`);
    }
    return performance.now() - before;
  } finally {
    server.kill();
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

/** Asks once: false when nobody listens yet. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("random?\r\n"));
    // Asked again after a millisecond, not at once: the server should have the machine to itself.
    socket.once("error", () => setTimeout(resolve, 1, false));
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(/^\d+\r\n$/.test(String(answer)));
    });
  });
}
