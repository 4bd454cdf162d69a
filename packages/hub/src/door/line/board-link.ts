import type { Client, Kernel } from "@doorbell-js/doorbell/kernel";

import { boardName, keepConnected, PublicBoard } from "../../source/index.ts";

/** How long the board may take to store an ad. */
const ANSWER_MS = 10_000;

/** The board, for those who post. */
export class BoardLink {
  /** Resolves when the board is there for the first time. */
  readonly ready: Promise<void>;
  /** Resolves when it was told to end. */
  readonly ended: Promise<void>;
  #isReady!: () => void;
  #client: Client<typeof PublicBoard> | undefined;

  constructor(kernel: Kernel, signal: AbortSignal, onError: (cause: unknown) => void) {
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.ended = keepConnected({
      connect: () => kernel.names.connect(boardName, PublicBoard, { signal }),
      signal,
      use: async (client) => {
        this.#client = client.with({ timeoutMs: ANSWER_MS });
        this.#isReady();
        await Promise.race([client.connection.ended, aborted]);
        this.#client = undefined;
      },
      onError,
    });
  }

  /** Puts an ad on the board. It is stored when this resolves; else it rejects, with why. */
  async post(text: string): Promise<void> {
    if (this.#client === undefined) throw new Error("the board has gone, and is not back yet");
    const posted = await this.#client.Post({ text });
    if (posted.kind === "refused") throw new Error(`the ad was not stored: ${posted.value}`);
  }
}
