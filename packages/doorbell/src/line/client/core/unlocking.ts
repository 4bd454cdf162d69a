import { formatCommand } from "../../codec/index.ts";
import { LineError } from "../../errors.ts";
import { NO_INBOX } from "../../inbox.ts";
import type { Link } from "./link.ts";
import { isLoss } from "./loss.ts";
import type { Numbered } from "./numbered.ts";

/** Says the client's key on each connection, before anything else, with the number of the last item received. */
export class Unlocking {
  readonly #link: Link;
  readonly #inbox: Numbered;
  readonly #key: string;

  constructor(link: Link, inbox: Numbered, key: string) {
    this.#link = link;
    this.#inbox = inbox;
    this.#key = key;
  }

  /**
   * Resolves once the inbox is open. A key that will open nothing later either ends the link; what may be better next
   * time drops the connection.
   */
  async unlock(): Promise<void> {
    const { last } = this.#inbox;
    const line = formatCommand({ verb: "key", key: this.#key, ...(last !== undefined && { after: last }) });
    try {
      await this.#link.command(line, "ok", { own: true, isFirst: true });
    } catch (error) {
      const cause = error as LineError;
      if (isLoss(cause)) throw cause;
      if (isFinal(cause)) this.#link.fail(new LineError("Refused", `the key was refused: ${cause.message}`, { cause }));
      else this.#link.drop(cause);
      throw cause;
    }
  }
}

/** A server that is full, stops, or cannot look says so in other words. */
function isFinal({ code, message }: LineError): boolean {
  return code !== "Refused" || message.includes(NO_INBOX) || message.includes("unknown command");
}
