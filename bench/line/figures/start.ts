import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Peer } from "../peers/index.ts";
import type { Figure, Plan } from "../run/figure.ts";
import { root } from "../run/places.ts";
import { freePort } from "../run/server.ts";

const GIVE_UP_MS = 10_000;

/** From the moment the hub's command is started until `random?` is answered: the hub, as anybody starts it. */
export async function* start(_peers: readonly Peer[], { rounds }: Plan): AsyncGenerator<Figure> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) values.push(await startOnce());
  yield {
    group: "start",
    name: "hub started to first answer",
    unit: "ms",
    series: [{ peer: "doorbell", values }],
    targets: [{ valueMax: 300 }],
  };
}

async function startOnce(): Promise<number> {
  const port = await freePort();
  const program = join(root, "packages/hub/bin/doorbell.js");
  const data = mkdtempSync(join(tmpdir(), "doorbell-"));
  const before = performance.now();
  const hub = spawn(process.execPath, [program, "serve", "--port", String(port), "--http-port", "0", "--data", data], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => hub.once("exit", resolve));
  try {
    while (!(await answers(port))) {
      if (hub.exitCode !== null) throw new Error(`the hub ended with ${hub.exitCode} before it answered`);
      if (performance.now() - before > GIVE_UP_MS) throw new Error(`the hub gave no answer in ${GIVE_UP_MS} ms`);
    }
    return performance.now() - before;
  } finally {
    hub.kill();
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

/** Asks once: false when nobody listens yet. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("random?\r\n"));
    // Asked again after a millisecond, not at once: the hub should have the machine to itself.
    socket.once("error", () => setTimeout(resolve, 1, false));
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(/^\d+\r\n$/.test(String(answer)));
    });
  });
}
