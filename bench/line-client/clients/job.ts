import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** What is to be measured, one line of JSON on standard input. */
export interface Job {
  readonly figure: "requests" | "items" | "notifications";
  readonly port: number;
  readonly connections: number;
  readonly ms: number;
}

/** What was counted, one line of JSON on standard output. */
export interface Sample {
  readonly count: number;
  readonly ns: number;
  /** processor time of the client */
  readonly cpuNs: number;
}

/** Something that counts for as long as it is not closed. */
export interface Running {
  readonly count: number;
  close(): void | Promise<void>;
}

/** Does the jobs that come on standard input, each with `start`, which gives its count once all is connected. */
export async function serveJobs(start: (job: Job) => Promise<Running>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line) as Job;
    const running = await start(job);
    const [countBefore, from, cpuBefore] = [running.count, process.hrtime.bigint(), process.cpuUsage()];
    await sleep(job.ms);
    const { user, system } = process.cpuUsage(cpuBefore);
    const sample: Sample = {
      count: running.count - countBefore,
      ns: Number(process.hrtime.bigint() - from),
      cpuNs: (user + system) * 1_000,
    };
    await running.close();
    console.log(JSON.stringify(sample));
  }
}
