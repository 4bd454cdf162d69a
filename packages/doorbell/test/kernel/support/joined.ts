import { Kernel } from "../../../src/kernel/kernel.ts";

/** A kernel, and several parts in it that live on one JavaScript thread: only what awaits can be done with them. */
export class Joined implements AsyncDisposable {
  readonly kernel: Kernel;
  readonly #others: Kernel[] = [];

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async start(options: Parameters<typeof Kernel.start>[0] = {}): Promise<Joined> {
    return new Joined(await Kernel.start(options));
  }

  /** One more part: to the kernel it is a thread like any other. */
  async join(): Promise<Kernel> {
    const one = await Kernel.join(await this.kernel.invite());
    this.#others.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#others) await one.leave();
    await this.kernel.leave();
  }
}
