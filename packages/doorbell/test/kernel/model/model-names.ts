import type { Command } from "./command.ts";
import { Forwards } from "./model-forwards.ts";
import type { IdState, NameState, ServerState } from "./state.ts";

type Of<T extends Command["do"]> = Extract<Command, { do: T }>;

/** Names, and who waits for one. */
export abstract class NamedServers extends Forwards {
  readonly names: Map<number, NameState> = new Map();

  /** A connection to this id comes of a command. */
  protected abstract connected(party: number, ticket: number, id: IdState): void;
  /** A new server with an id of its own. */
  protected abstract make(party: number, ticket: number, sid: number, queueMax: number): IdState;

  /** Whether who looks for the name now is connected at once. */
  mayFind(party: number, name: number): boolean {
    const named = this.names.get(name);
    if (named === undefined) return false;
    const isConnected = [...named.id.connections].some((one) => one.party === party);
    return isConnected || this.#hasRoom(named);
  }

  #hasRoom({ id, limit }: NameState): boolean {
    return limit === null || id.connections.size < limit;
  }

  protected register({ party, ticket, name, sid, limit, queueMax }: Of<"register">): void {
    if (this.names.has(name)) return this.settle(party, ticket, { failed: "ServerExists" });
    this.names.set(name, { id: this.make(party, ticket, sid, queueMax), limit });
    return this.settle(party, ticket, { ok: null });
  }

  protected find({ party, ticket, form, name, expires }: Of<"find">): void {
    const named = this.names.get(name);
    if (named !== undefined && this.mayFind(party, name)) return this.connected(party, ticket, named.id);
    if (form === "try")
      return this.settle(party, ticket, { refused: named === undefined ? "NotFound" : "LimitReached" });
    if (expires) {
      this.stirred = true;
      return this.settle(party, ticket, { failed: "Timeout" });
    }
    return this.wait(ticket, { what: "find", party, sync: form === "sync", name });
  }

  protected unregister({ party, ticket, name, sid }: Of<"unregister">): void {
    if (this.names.get(name)?.id.sid !== sid) return this.settle(party, ticket, { failed: "NotFound" });
    this.names.delete(name);
    return this.settle(party, ticket, { ok: null });
  }

  protected full({ party, ticket }: Of<"full">): void {
    const limited = [...this.names.values()].filter(({ limit }) => limit !== null);
    this.settle(party, ticket, { ok: limited.every(({ id, limit }) => id.connections.size === limit) });
  }

  /** The end of a server frees its name. */
  protected freeName(server: ServerState): void {
    for (const [name, { id }] of this.names) if (id.server === server) this.names.delete(name);
  }

  /** Who waits for a name that has room by now is connected, in the order they came. */
  protected serveNames(): void {
    for (const [ticket, pending] of this.pending) {
      const named = pending.what === "find" ? this.names.get(pending.name) : undefined;
      if (pending.what === "find" && named !== undefined && this.mayFind(pending.party, pending.name))
        this.connected(pending.party, ticket, named.id);
    }
  }
}
