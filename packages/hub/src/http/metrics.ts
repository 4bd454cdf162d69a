type Counter =
  | "rings"
  | "requests"
  | "wrongKeys"
  | "readersCut"
  | "itemsSent"
  | "connectionsRefused"
  | "requestsRefused";

/** What the door counts, and its text for Prometheus. Numbers alone: no key, no name that anybody chose. */
export class Metrics {
  readonly #counts = new Map<Counter, Map<string, number>>();
  readonly #ringBuckets = new Array<number>(buckets.length + 1).fill(0);
  #ringSeconds = 0;

  count(counter: Counter, label = "", by = 1): void {
    let labels = this.#counts.get(counter);
    if (labels === undefined) this.#counts.set(counter, (labels = new Map()));
    labels.set(label, (labels.get(label) ?? 0) + by);
  }

  /** Notes how long a ring took until it was stored. */
  ringTook(ms: number): void {
    const seconds = ms / 1_000;
    const index = buckets.findIndex((bound) => seconds <= bound);
    const at = index === -1 ? buckets.length : index;
    this.#ringBuckets[at] = (this.#ringBuckets[at] ?? 0) + 1;
    this.#ringSeconds += seconds;
  }

  text(now: Readonly<Record<keyof typeof gauges, number>>): string {
    const lines: string[] = [];
    for (const [counter, [name, label, help]] of Object.entries(counters)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      const counts = this.#counts.get(counter as Counter) ?? new Map<string, number>(label === "" ? [["", 0]] : []);
      for (const [value, count] of counts) lines.push(`${name}${label === "" ? "" : `{${label}="${value}"}`} ${count}`);
    }
    for (const [gauge, [name, help]] of Object.entries(gauges))
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${now[gauge as keyof typeof gauges]}`);
    lines.push(...this.#histogram(), ...processLines());
    return `${lines.join("\n")}\n`;
  }

  #histogram(): string[] {
    const name = "doorbell_ring_seconds";
    const lines = [`# HELP ${name} How long rings took until they were stored.`, `# TYPE ${name} histogram`];
    let sum = 0;
    for (const [index, count] of this.#ringBuckets.entries())
      lines.push(`${name}_bucket{le="${buckets[index] ?? "+Inf"}"} ${(sum += count)}`);
    lines.push(`${name}_sum ${this.#ringSeconds}`, `${name}_count ${sum}`);
    return lines;
  }
}

/** Upper bounds of how long a ring took, in seconds. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const;

const counters: Readonly<Record<Counter, readonly [name: string, label: string, help: string]>> = {
  rings: ["doorbell_rings_total", "result", "Rings, by what became of them."],
  requests: ["doorbell_http_requests_total", "status", "Requests that were answered, by the class of their status."],
  wrongKeys: ["doorbell_http_wrong_keys_total", "", "Keys and addresses of bells that open nothing."],
  readersCut: ["doorbell_http_readers_cut_total", "reason", "Streams of events that the hub ended, by why."],
  itemsSent: ["doorbell_http_events_total", "", "Items that were sent on streams of events."],
  connectionsRefused: ["doorbell_http_connections_refused_total", "", "Connections that were one too many."],
  requestsRefused: [
    "doorbell_http_requests_refused_total",
    "reason",
    "Requests that were no business of this hub's, by why.",
  ],
};

const gauges = {
  connections: ["doorbell_http_connections", "Connections that are open."],
  readers: ["doorbell_http_readers", "Streams of events that are open."],
  backlog: ["doorbell_http_reader_backlog_bytes", "Bytes that wait for the reader that is furthest behind."],
} as const;

function processLines(): string[] {
  const { user, system } = process.cpuUsage();
  return [
    "# HELP process_cpu_seconds_total User and system CPU time of the hub.",
    "# TYPE process_cpu_seconds_total counter",
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    "# HELP process_resident_memory_bytes Resident memory of the hub.",
    "# TYPE process_resident_memory_bytes gauge",
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    "# HELP process_start_time_seconds When the hub started, in seconds since 1970.",
    "# TYPE process_start_time_seconds gauge",
    `process_start_time_seconds ${(performance.timeOrigin / 1_000).toFixed(3)}`,
  ];
}
