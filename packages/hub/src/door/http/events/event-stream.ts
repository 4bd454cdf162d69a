import type { ServerResponse } from "node:http";

import { opening } from "./format.ts";

/** Why a stream ended. */
export type StreamEnd = "left" | "slowConsumer" | "accessEnded" | "stopping" | "failed";

/** A stream of events to one reader, and what waits for it to read. */
export class EventStream {
  /** Aborted when the stream is over, from whichever side. */
  readonly signal: AbortSignal;
  readonly #response: ServerResponse;
  readonly #over = new AbortController();
  readonly #ended: (why: StreamEnd) => void;
  #why: StreamEnd = "left";
  /** How much the reader had taken when it was last looked at. */
  #takenBefore = -1;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>, ended: (why: StreamEnd) => void) {
    this.#response = response;
    this.#ended = ended;
    this.signal = this.#over.signal;
    // It ends where the connection ends, and not by chunks: what is encoded once can be written to all as it is.
    response.removeHeader("transfer-encoding");
    response.shouldKeepAlive = false;
    response.on("error", () => {});
    response.once("close", () => this.#close());
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // A proxy is not to gather events.
      "x-accel-buffering": "no",
    });
    this.write(opening);
  }

  /** Bytes that were written here, and are not on their way yet. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  /** Writes; gives whether there is room for more. */
  write(bytes: Buffer | string): boolean {
    return !this.signal.aborted && this.#response.write(bytes);
  }

  /** Resolves when what was written is on its way, or the stream is over. */
  async drained(): Promise<void> {
    if (this.signal.aborted || !this.#response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off("drain", done);
        this.signal.removeEventListener("abort", done);
        resolve();
      };
      this.#response.on("drain", done);
      this.signal.addEventListener("abort", done);
    });
  }

  /** Whether something waits, and the reader took nothing since this was last asked. */
  isStalled(): boolean {
    const socket = this.#response.socket;
    const taken = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
    const isStalled = this.backlog > 0 && taken === this.#takenBefore;
    this.#takenBefore = taken;
    return isStalled;
  }

  /** Ends it, after a last event. */
  end(why: StreamEnd, last: string): void {
    if (this.signal.aborted) return;
    this.#why = why;
    this.#response.end(last);
    // Whoever does not read does not learn of it, and is not waited for.
    if (this.backlog > 0) this.#response.socket?.destroy();
    this.#close();
  }

  #close(): void {
    if (this.signal.aborted) return;
    this.#over.abort();
    this.#ended(this.#why);
  }
}
