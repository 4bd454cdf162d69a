import { Client, type LineError } from "@doorbell-js/doorbell/line";

import { colors, printable, remark } from "./terminal.ts";

/** A client that says on standard error when the hub goes, when it is back, and what it refuses. */
export class Watcher extends Client {
  /** The hub's address, as a person reads it; empty while nothing is to be said of it yet. */
  where = "";
  /** Whether the client has ended: there will be no other connection. */
  isOver = false;
  #isLost = false;
  #isStopped = false;

  /** Whether it was closed: what still waits is not shown any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  override connectionMade(): void {
    if (this.#isLost) this.#remark(`The hub at ${this.where} is back.`);
    this.#isLost = false;
  }

  override connectionLost({ cause }: LineError, reconnects: boolean): void {
    this.isOver = !reconnects;
    // Attempts that fail are not told one by one.
    if (this.#isLost || !reconnects || this.where === "" || this.#isStopped) return;
    this.#isLost = true;
    const why = cause instanceof Error ? ` (${cause.message.replace("the server answered: ", "")})` : "";
    this.#remark(`The hub at ${this.where} is gone${why}. Waiting for it to come back ...`);
  }

  override failed(error: unknown): void {
    this.#remark(error instanceof Error ? error.message : String(error));
  }

  override close(): Promise<void> {
    this.#isStopped = true;
    return super.close();
  }

  #remark(text: string): void {
    remark(colors(process.stderr).dim(printable(text)));
  }
}
