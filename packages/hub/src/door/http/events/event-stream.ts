import type { ServerResponse } from "node:http";

import { opening } from "./format.ts";

/** Why a stream ended. */
export type StreamEnd = "left" | "slowConsumer" | "accessEnded" | "stopping" | "failed";

/** A stream of events to one reader, and what waits for it to read. */
export class EventStream {
  readonly #response: ServerResponse;
  /** What is done when it is over. No signal: there are many streams, and each of those is a kilobyte. */
  readonly #whenOver: (() => void)[] = [];
  #isOver = false;
  readonly #ended: (why: StreamEnd) => void;
  #why: StreamEnd = "left";
  /** How much the reader had taken when it was last looked at. */
  #takenBefore = -1;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>, ended: (why: StreamEnd) => void) {
    this.#response = response;
    this.#ended = ended;
    // It ends where the connection ends, and not by chunks: what is encoded once can be written to all as it is.
    response.removeHeader("transfer-encoding");
    response.shouldKeepAlive = false;
    response.on("error", () => {});
    // The connection's, as it is the last answer on it.
    const { socket } = response.req;
    socket.once("close", () => this.#close());
    // Who says no more has left: nothing tells it from a program that ended.
    socket.once("end", () => socket.destroy());
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // A proxy is not to gather events.
      "x-accel-buffering": "no",
    });
    this.write(opening);
  }

  /** Whether it has ended, from whichever side. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls `run` when it is over. */
  whenOver(run: () => void): void {
    if (this.#isOver) run();
    else this.#whenOver.push(run);
  }

  /** Bytes that were written here, and are not on their way yet. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  /** Writes; gives whether there is room for more. */
  write(bytes: Buffer | string): boolean {
    return !this.#isOver && this.#response.write(bytes);
  }

  /** Resolves when what was written is on its way, or the stream is over. */
  async drained(): Promise<void> {
    if (this.#isOver || !this.#response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off("drain", done).off("close", done);
        resolve();
      };
      this.#response.on("drain", done).on("close", done);
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
    if (this.#isOver) return;
    this.#why = why;
    this.#response.end(last);
    // Whoever does not read does not learn of it, and is not waited for.
    if (this.backlog > 0) this.#response.socket?.destroy();
    this.#close();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended(this.#why);
    for (const run of this.#whenOver.splice(0)) run();
  }
}
