import { ownConnections, type ServerEntry } from "./entries.ts";
import type { BrokerLanes } from "./lanes.ts";
import { type KernelReport, kernelThread, type ServerReport } from "./protocol.ts";
import type { Threads } from "./threads.ts";

/** What there is: numbers only, no id and no name. What is the kernel's own is told apart. */
export function reportOn(
  { joined, own }: Threads,
  entries: ReadonlyMap<string, ServerEntry>,
  lanes: BrokerLanes,
  counts: Pick<KernelReport, "names" | "dropped" | "waiting" | "quarantined">,
): KernelReport {
  const servers = [...entries.values()].map((entry) => serverReport(entry, lanes));
  return {
    threads: joined.map((one) => ({
      thread: one.thread,
      servers: one.servers.size,
      connections: one.byIndex.size - ownConnections(one, own),
      lanes: lanes.peersOf(one.thread).length,
    })),
    servers: servers.filter(({ thread }) => thread !== kernelThread),
    own: servers.filter(({ thread }) => thread === kernelThread),
    ...counts,
  };
}

function serverReport(entry: ServerEntry, lanes: BrokerLanes): ServerReport {
  const connections = [...entry.connections].map(({ client, index }) => ({
    thread: client,
    queued: lanes.queued(client, entry.thread, index, entry.queueMax),
  }));
  return {
    thread: entry.thread,
    server: entry.server,
    narrowed: entry.opcodes !== undefined,
    queueMax: entry.queueMax,
    queued: connections.reduce((sum, { queued }) => sum + queued, 0),
    connections,
  };
}
