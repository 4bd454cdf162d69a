import type { ServerEntry, ThreadEntry } from "./entries.ts";
import type { BrokerLanes } from "./lanes.ts";
import type { KernelReport } from "./protocol.ts";

/** What there is: numbers only, no id. */
export function reportOn(
  threads: ReadonlyMap<number, ThreadEntry>,
  entries: ReadonlyMap<string, ServerEntry>,
  lanes: BrokerLanes,
  waiting: number,
  quarantined: number,
): KernelReport {
  return {
    threads: [...threads.values()].map(({ thread, servers, byIndex }) => ({
      thread,
      servers: servers.size,
      connections: byIndex.size,
      lanes: lanes.peersOf(thread).length,
    })),
    servers: [...entries.values()].map((entry) => {
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
    }),
    waiting,
    quarantined,
  };
}
