import type { Carrier } from "./carrier.ts";

/** What is on its way to one client: lines gather here, and leave together. */
export class Outbox {
  readonly #carrier: Carrier;
  /** Lines that have not been given to the carrier. */
  #lines = "";
  /** The carrier has no room, until it says that it drained. */
  full = false;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
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

  flush(): void {
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.send(lines);
  }
}
