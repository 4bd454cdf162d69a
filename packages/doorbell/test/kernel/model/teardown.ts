import type { Action } from "./command.ts";
import type { Model } from "./model.ts";
import type { ServerState } from "./state.ts";

const main = 0;
/** Numbers of ids that no history reaches. */
const sidsOfTeardown = 1_000_000;

/** The commands that end all that there is, each by what is there then. */
export function* teardown(model: Model): Generator<Action & { readonly party: number }> {
  for (;;) {
    const next = nextEnd(model);
    if (next === undefined) return;
    yield next;
  }
}

/** Sends a message to a server whose thread is parked until one comes, if the main thread can. */
function wake(model: Model, server: ServerState): (Action & { readonly party: number }) | undefined {
  const id = [...model.ids.values()].find((one) => one.server === server && !one.narrowed);
  if (id === undefined) return undefined;
  const there = [...id.connections].find((one) => one.party === main);
  if (there === undefined) return { do: "connect", party: main, form: "await", sid: id.sid, expires: false };
  const [handle] = [...model.handles].find(([, one]) => one.open && one.connection === there) ?? [];
  if (handle === undefined || there.outstanding >= server.queueMax) return undefined;
  const scalar = { kind: "scalar", id: 0, words: [], extent: { offset: null, valid: null } } as const;
  return { do: "send", party: main, handle, form: "try", memory: null, fresh: null, expires: false, ...scalar };
}

function nextEnd(model: Model): (Action & { readonly party: number }) | undefined {
  // What waits to be passed on gives up first: nobody could say whether it went.
  for (const [ticket, one] of model.pending) {
    if (
      one.what !== "line" ||
      !one.connection.line.some((waiter) => waiter.ticket === ticket && !("do" in waiter.what))
    )
      continue;
    return model.blocked.has(one.party)
      ? { do: "kill", party: one.party }
      : { do: "abort", party: one.party, of: ticket };
  }
  for (const [number, { party, ended }] of model.servers)
    if (!ended && !model.blocked.has(party)) return { do: "destroy", party, server: number, force: true };
  for (const [party, ticket] of model.blocked) {
    const pending = model.pending.get(ticket);
    if (pending?.what === "connect") return { do: "create", party: main, form: "await", sid: pending.sid, queueMax: 1 };
    if (pending?.what === "find") {
      // Who has the name may wait for one as well.
      if (model.names.has(pending.name)) return { do: "kill", party };
      const server = { name: pending.name, sid: sidsOfTeardown + ticket, limit: null, queueMax: 1 };
      return { do: "register", party: main, form: "await", ...server };
    }
    if (pending?.what === "receive") return wake(model, pending.server) ?? { do: "kill", party };
  }
  for (const [ticket, { party }] of model.pending) return { do: "abort", party, of: ticket };
  return undefined;
}
