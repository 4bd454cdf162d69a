import { createInterface } from "node:readline";

import { Child } from "../line/run/child.ts";
import type { Figure, Plan, Series, Target } from "../line/run/figure.ts";
import { accepting, freePort } from "../line/run/server.ts";
import type { Job, Sample } from "./clients/job.ts";
import type { Peer } from "./peers/index.ts";
import { compiled } from "./places.ts";

/** What is measured: a job for every client. */
export interface Wanted {
  readonly group: string;
  readonly name: string;
  readonly job: Omit<Job, "port" | "ms">;
  /** What the server does in notification mode. */
  readonly server: "items" | "flood";
  readonly targets: readonly Target[];
}

interface Measured {
  readonly peer: Peer;
  readonly child: Child;
  readonly answers: AsyncIterator<string>;
  readonly samples: Sample[];
  serverCpuNs: number;
}

/** Starts the server and every client, then measures one client after the other, round after round. */
export async function measure(
  peers: readonly Peer[],
  { group, name, job, server, targets }: Wanted,
  { rounds, ms, warmUpMs }: Plan,
): Promise<Figure> {
  const port = await freePort();
  const feeder = new Child("feeder", "server", [process.execPath, compiled("servers/feeder.js"), String(port), server]);
  const all: Measured[] = [];
  try {
    await accepting(port, feeder);
    for (const peer of peers) {
      const child = new Child(peer.name, "load", peer.command);
      const answers = createInterface({ input: child.process.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
      all.push({ peer, child, answers, samples: [], serverCpuNs: 0 });
    }
    // A round that does not count lets everything be compiled that will be.
    for (const one of all) await sample(one, { ...job, port, ms: warmUpMs });
    for (let round = 0; round < rounds; round += 1)
      for (const one of all) {
        const before = feeder.cpuNs;
        one.samples.push(await sample(one, { ...job, port, ms }));
        one.serverCpuNs += feeder.cpuNs - before;
      }
  } finally {
    for (const { child } of all) await child[Symbol.asyncDispose]();
    await feeder[Symbol.asyncDispose]();
  }
  return { group, name, unit: "/s", series: all.map(series), targets };
}

async function sample({ child, answers }: Measured, job: Job): Promise<Sample> {
  child.process.stdin?.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  child.check();
  if (done === true) throw new Error("a client ended");
  const given = JSON.parse(value) as Sample;
  if (given.count === 0) throw new Error(`a client received nothing: ${JSON.stringify(job)}`);
  return given;
}

function series({ peer, samples, serverCpuNs }: Measured): Series {
  const ns = samples.reduce((sum, one) => sum + one.ns, 0);
  const cpuNs = samples.reduce((sum, one) => sum + one.cpuNs, 0);
  return {
    peer: peer.name,
    values: samples.map(({ count, ns: took }) => (count * 1e9) / took),
    // What is measured is the client: the same column, another side.
    serverNsEach: samples.map((one) => one.cpuNs / one.count),
    loadShare: cpuNs / ns,
    serverShare: serverCpuNs / ns,
  };
}
