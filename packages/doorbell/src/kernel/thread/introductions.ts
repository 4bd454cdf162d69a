import { KernelError } from "../errors.ts";
import { Completion } from "./completion.ts";
import type { Station } from "./station.ts";
import type { Failure } from "./types.ts";

/** Threads that have a way for answers between them, because this thread passes calls of one on to the other. */
export class Introductions {
  readonly #station: Station;
  /** By client and server: refused is a pair of which one has cut the other off, and that is for ever. */
  readonly #pairs = new Map<number, Map<number, "asked" | "laid" | "refused">>();

  constructor(station: Station) {
    this.#station = station;
  }

  /** Why the two have no way, if they have none: `ServerQueueFull` is that it was asked for and is not there yet. */
  try(client: number, server: number): Failure | undefined {
    const pair = this.#pairs.get(client)?.get(server);
    if (pair === "laid") return undefined;
    if (pair === "refused") return "ServerNotFound";
    if (pair === undefined) this.ask(client, server);
    return "ServerQueueFull";
  }

  /** Ends once the two have a way; fails with `ServerNotFound` if one of them has ended, or cut the other off. */
  ask(client: number, server: number): Completion<void> {
    const laid = new Completion<void>();
    const pair = this.#pairs.get(client)?.get(server);
    if (pair === "laid") laid.resolve(undefined);
    else if (pair === "refused") laid.reject(new KernelError("ServerNotFound", "Caller and server are cut off."));
    if (!laid.pending) return laid;
    this.#note(client, server, "asked");
    const { reply } = this.#station.control.ask<undefined>({ type: "introduce", client, server });
    reply.onEnd = () => {
      try {
        laid.resolve(reply.result());
        this.#note(client, server, "laid");
      } catch (error) {
        this.#note(client, server, "refused");
        laid.reject(error);
      }
    };
    return laid;
  }

  #note(client: number, server: number, state: "asked" | "laid" | "refused"): void {
    const { lanes } = this.#station;
    // Of threads that have ended nothing is kept: no number is given twice.
    if (lanes.get(client) === undefined || lanes.get(server) === undefined) return;
    const servers = this.#pairs.get(client) ?? new Map<number, "asked" | "laid" | "refused">();
    servers.set(server, state);
    this.#pairs.set(client, servers);
  }

  /** The lane to a thread has ended. */
  forget(thread: number): void {
    this.#pairs.delete(thread);
    for (const servers of this.#pairs.values()) servers.delete(thread);
  }
}
