import { until } from "@doorbell-js/test-support/until";

import { type Door, wire, type Wire } from "./wire.ts";

/** Clients that behave: each asks, waits for the answer, and asks again. */
export class Healthy implements AsyncDisposable {
  readonly #wires: readonly Wire[];
  #latencies: number[] = [];
  /** How many answers each has had since counting began. */
  #counts: number[] = [];
  #overtaken: number[] = [];
  #served: () => number = () => 0;
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(wires: readonly Wire[]) {
    this.#wires = wires;
  }

  static async start(count: number, doors: readonly Door[]): Promise<Healthy> {
    const chosen = Array.from({ length: count }, (_, index) => doors[index % doors.length] as Door);
    const healthy = new Healthy(await Promise.all(chosen.map((door) => wire(door))));
    healthy.#running = Promise.all(healthy.#wires.map((one, index) => healthy.#ask(one, index)));
    // Whoever waits for answers hears of a failure.
    healthy.#running.catch(() => {});
    return healthy;
  }

  /** Returns how many answers others had, as `served` counts them, while each of the next `count` answers was waited for. */
  async overtaken(count: number, served: () => number): Promise<readonly number[]> {
    this.#served = served;
    this.#overtaken = [];
    await this.latencies(count);
    return this.#overtaken;
  }

  /** The latencies since they were last asked for, in milliseconds. */
  get latest(): readonly number[] {
    return this.#latencies;
  }

  /** How long the next `count` answers took, in milliseconds. */
  async latencies(count: number, deadlineMs: number = 20_000): Promise<readonly number[]> {
    this.#latencies = [];
    this.#counts = this.#wires.map(() => 0);
    const enough = until(`${count} answers to healthy clients`, () => this.#latencies.length >= count, deadlineMs);
    await Promise.race([enough, this.#running]);
    return this.#latencies.slice(0, count);
  }

  /** Of the answers since `latencies` was last called, the share of whoever had the fewest. */
  get leastShare(): number {
    return Math.min(...this.#counts) / this.#counts.reduce((sum, count) => sum + count, 0);
  }

  async #ask(one: Wire, index: number): Promise<void> {
    while (!this.#stopped) {
      const start = performance.now();
      const before = this.#served();
      const answer = await one.ask("ping");
      if (answer !== "pong") throw new Error(`a healthy client heard ${answer}`);
      this.#overtaken.push(this.#served() - before);
      this.#latencies.push(performance.now() - start);
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#wires.map((one) => one[Symbol.asyncDispose]()));
  }
}
