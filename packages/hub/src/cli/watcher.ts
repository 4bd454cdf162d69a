import { Client, type LineError } from "@doorbell-js/doorbell/line";

import { colors, printable, remark } from "./terminal.ts";

/** A client that says on standard error when the hub goes, when it is back, and what it refuses. */
export class Watcher extends Client {
  /** Whether the client has ended: there will be no other connection. */
  isOver = false;
  /** The hub's address, as a person reads it; empty while nothing is to be said of it yet. */
  #where = "";
  /** Why the hub is gone, if it is. */
  #lost: string | undefined;
  #isStopped = false;

  /** From now on it is said what becomes of the hub; that it has gone before, too. */
  set where(address: string) {
    this.#where = address;
    this.#remarkLoss();
  }

  /** Whether it was closed: what still waits is not shown any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  override connectionMade(): void {
    if (this.#lost !== undefined && this.#where !== "") this.#remark(`The hub at ${this.#where} is back.`);
    this.#lost = undefined;
  }

  override connectionLost({ cause }: LineError, reconnects: boolean): void {
    this.isOver = !reconnects;
    if (!reconnects || this.#isStopped) return;
    this.#lost = cause instanceof Error ? ` (${cause.message.replace("the server answered: ", "")})` : "";
    this.#remarkLoss();
  }

  override failed(error: unknown): void {
    this.#remark(error instanceof Error ? error.message : String(error));
  }

  override close(): Promise<void> {
    this.#isStopped = true;
    return super.close();
  }

  #remarkLoss(): void {
    if (this.#lost === undefined || this.#where === "") return;
    this.#remark(`The hub at ${this.#where} is gone${this.#lost}. Waiting for it to come back ...`);
  }

  #remark(text: string): void {
    remark(colors(process.stderr).dim(printable(text)));
  }
}
