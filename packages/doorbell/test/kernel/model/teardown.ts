import type { Action } from "./command.ts";
import type { Model } from "./model.ts";

const main = 0;

/** The commands that end all that there is, each by what is there then. */
export function* teardown(model: Model): Generator<Action & { readonly party: number }> {
  for (;;) {
    const next = nextEnd(model);
    if (next === undefined) return;
    yield next;
  }
}

function nextEnd(model: Model): (Action & { readonly party: number }) | undefined {
  for (const [number, { party, ended }] of model.servers)
    if (!ended && !model.blocked.has(party)) return { do: "destroy", party, server: number, force: true };
  for (const [party, ticket] of model.blocked) {
    const pending = model.pending.get(ticket);
    if (pending?.what === "connect") return { do: "create", party: main, form: "await", sid: pending.sid, queueMax: 1 };
    // It waits for a message to its own server, or for one that does: nobody is left to wake it.
    if (pending?.what === "receive") return { do: "kill", party };
  }
  for (const [ticket, { party }] of model.pending) return { do: "abort", party, of: ticket };
  return undefined;
}
