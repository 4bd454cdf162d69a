import assert from "node:assert/strict";

import { deadline } from "@doorbell-js/test-support/until";

import type { KernelReport } from "../../../src/kernel/broker/protocol.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { Model } from "./model.ts";
import type { Translation } from "./translation.ts";

/** All that there is, as the broker reports it and as the model has it. */
interface Picture {
  readonly threads: readonly { readonly party: number; readonly servers: number; readonly connections: number }[];
  readonly servers: readonly {
    readonly party: number;
    readonly narrowed: boolean;
    readonly queueMax: number;
    /** `null`: not compared. */
    readonly connections: readonly { readonly party: number; readonly queued: number | null }[];
  }[];
  readonly names: number;
  readonly waiting: number;
}

/** Looks until the broker's picture is the model's: what is told by one thread it hears a moment later. */
export async function converge(
  kernel: Kernel,
  model: Model,
  translation: Translation,
  patienceMs: number,
): Promise<void> {
  const expected = ofModel(model);
  const text = JSON.stringify(expected);
  const end = performance.now() + deadline(patienceMs);
  for (;;) {
    const actual = ofReport(await kernel.inspect(), translation);
    if (JSON.stringify(actual) === text) return;
    if (performance.now() > end) assert.deepEqual(actual, expected, "the kernel reports what the model does not have");
  }
}

function ofReport(report: KernelReport, { threads }: Translation): Picture {
  const party = (thread: number): number => threads.get(thread) ?? -1;
  return {
    threads: report.threads
      .map(({ thread, servers, connections }) => ({ party: party(thread), servers, connections }))
      .sort((one, other) => one.party - other.party),
    servers: report.servers.map(({ thread, narrowed, queueMax, connections }) => ({
      party: party(thread),
      narrowed,
      queueMax,
      connections: connections.map((one) => ({
        party: party(one.thread),
        queued: one.thread === thread ? null : one.queued,
      })),
    })),
    names: report.names,
    waiting: report.waiting,
  };
}

function ofModel(model: Model): Picture {
  const live = [...model.ids.values()].flatMap(({ connections }) => [...connections]);
  return {
    threads: [0, 1, 2].map((party) => ({
      party,
      servers: [...model.servers.values()].filter((one) => one.party === party && !one.ended).length,
      connections: live.filter((one) => one.party === party).length,
    })),
    servers: [...model.ids.values()].map(({ server, narrowed, connections }) => ({
      party: server.party,
      narrowed,
      queueMax: server.queueMax,
      connections: [...connections].map(({ party, outstanding }) => ({
        party,
        queued: party === server.party ? null : outstanding,
      })),
    })),
    names: model.names.size,
    waiting: [...model.pending.values()].filter(({ what }) => what === "connect" || what === "find").length,
  };
}
