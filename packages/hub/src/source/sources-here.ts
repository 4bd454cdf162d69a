import { type Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { SourceService } from "./api.ts";
import { ordersFor, type SourceChoice, type SourcePowers, serveSources } from "./serve-sources.ts";

/** Sources on the thread that asks for them, by powers of its own: its clock, its chance. */
export class SourcesHere implements AsyncDisposable {
  readonly #end: () => Promise<void>;

  /** Resolves when they can be reached. */
  static async start(kernel: Kernel, choice: SourceChoice, powers: SourcePowers): Promise<SourcesHere> {
    const orders = ordersFor(choice);
    const { ended } = await serveSources(kernel, orders, powers);
    return new SourcesHere(async () => {
      for (const { sid } of Object.values(orders)) {
        using source = await kernel.connect(Sid.from(sid), SourceService);
        await source.Quit();
      }
      await ended;
    });
  }

  private constructor(end: () => Promise<void>) {
    this.#end = end;
  }

  /** Tells them to quit, and waits until they have. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
