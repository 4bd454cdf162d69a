import type { Announced, Ring } from "./announcer.ts";
import type { Carrier } from "./carrier.ts";
import type { Counters } from "./counters.ts";
import type { Reading } from "./reading.ts";

/** What is on its way to one client: lines gather here, and leave together. */
export class Outbox {
  readonly #carrier: Carrier;
  readonly #reading: Reading;
  readonly #counters: Counters;
  /** Lines that have not been given to the carrier. */
  #lines = "";
  /** The carrier has no room, until it says that it drained. */
  full = false;

  constructor(carrier: Carrier, reading: Reading, counters: Counters) {
    this.#carrier = carrier;
    this.#reading = reading;
    this.#counters = counters;
  }

  /** Bytes gathered, counted in UTF-16 units: near enough for deciding when to flush. */
  get length(): number {
    return this.#lines.length;
  }

  /** Adds text that ends in a line end. */
  add(lines: string): void {
    this.#lines += lines;
  }

  /** Sends `bytes` now, after what was gathered before. */
  send(bytes: string | Uint8Array): void {
    if (this.#lines === "") this.full = !this.#carrier.write(bytes) || this.full;
    else this.#lines += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
  }

  /** Sends the notifications of `rings` (see `Listener`) that are wanted; without room, they are due. */
  rang(rings: readonly Ring[], lines: Uint8Array, firsts: readonly Ring[]): void {
    const reading = this.#reading;
    if (this.full) return void (this.#counters.coalesced += reading.postpone(rings));
    const wanted = firsts.every((ring) => reading.wants(ring)) ? rings : rings.filter((ring) => reading.wants(ring));
    if (wanted.length === 0) return;
    this.#counters.notifications += wanted.length;
    this.send(wanted === rings ? lines : wanted.map((ring) => ring.entry.line).join(""));
  }

  /** Adds a notification of each of `entries`; without room, they are due. */
  announce(entries: readonly Announced[]): void {
    if (this.full) return void this.#reading.postpone(entries.map((entry) => ({ entry, sequence: entry.newest })));
    for (const entry of entries) this.add(entry.line);
    this.#counters.notifications += entries.length;
  }

  flush(): void {
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.send(lines);
  }
}
