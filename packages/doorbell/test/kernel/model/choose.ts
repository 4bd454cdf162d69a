import type { Action, Command, Contents, Extent, Form, Kind, Send } from "./command.ts";
import type { Model } from "./model.ts";
import { isCall, type ServerState } from "./state.ts";

/** A choice, before it is known what there is to choose from: so any part of a history can be left out. */
export interface Choice {
  readonly do: Action["do"];
  readonly form: Form;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** How many ids a history knows from its start. */
export const sidsKnown = 4;
/** How many names there are. */
const namesKnown = 3;
const main = 0;
const kinds: readonly Kind[] = ["scalar", "blockingScalar", "lend", "mutableLend", "move"];
/** None, in line, and too large for that. */
const sizes = [0, 5, 1_000, 9_000];
const numbers = [0, 1, -1.5, 2 ** 53, Number.NaN, -0, Infinity];

/** What a choice means now; nothing if there is nothing of its kind. */
export function choose(model: Model, choice: Choice, ticket: number): Command | undefined {
  const as = (what: Choice["do"]): Chosen | undefined => new Chooser(model, { ...choice, do: what }, ticket).action();
  // What cannot be done yet is made possible.
  const chosen =
    as(choice.do) ??
    (model.ids.size === 0 ? as("create") : undefined) ??
    ([...model.handles.values()].some(({ open, connection }) => open && connection.alive)
      ? as(isOfMessage.has(choice.do) ? "receive" : "send")
      : as("connect"));
  return chosen === undefined ? undefined : { ...chosen, ticket };
}

const isOfMessage: ReadonlySet<string> = new Set(["answer", "defer", "drop", "take", "forward"]);

type Chosen = Action & { readonly party: number };

class Chooser {
  readonly #model: Model;
  readonly #choice: Choice;
  readonly #ticket: number;

  constructor(model: Model, choice: Choice, ticket: number) {
    this.#model = model;
    this.#choice = choice;
    this.#ticket = ticket;
  }

  action(): Chosen | undefined {
    const { do: what, form, a, b, c } = this.#choice;
    const model = this.#model;
    switch (what) {
      case "create": {
        const party = this.#party(a);
        return { do: what, party, form, sid: b % sidsKnown, queueMax: 1 + (c % 3) };
      }
      case "connect":
        return this.#connect();
      case "narrow": {
        const found = this.#own(model.servers, a);
        if (found === undefined) return undefined;
        const opcodes = [0, 1, 2, 3].filter((opcode) => (b & (1 << opcode)) !== 0);
        return { do: what, party: found.party, form, server: found.key, sid: sidsKnown + this.#ticket, opcodes };
      }
      case "revoke": {
        const sid = pick([...model.narrowed.keys()], a);
        const party = sid === undefined ? undefined : model.narrowed.get(sid);
        if (sid === undefined || party === undefined || model.blocked.has(party)) return undefined;
        return { do: what, party, sid };
      }
      case "register": {
        const limit = [null, 1, 1, 2][b % 4] as number | null;
        const sid = sidsKnown + this.#ticket;
        return { do: what, party: this.#party(a), form, name: b % namesKnown, sid, limit, queueMax: 1 + (c % 3) };
      }
      case "find": {
        const party = this.#party(a);
        // Mostly one that there is.
        const name = (c % 4 === 0 ? undefined : pick([...model.names.keys()], b)) ?? b % namesKnown;
        return { do: what, party, form, name, expires: !model.mayFind(party, name) && this.#expires(party) };
      }
      case "unregister": {
        const name = pick([...model.names.keys()], a) ?? a % namesKnown;
        const right = model.names.get(name)?.id.sid;
        const sid = b % 2 === 0 ? right : pick([...model.ids.keys()], c);
        return { do: what, party: this.#party(a), form, name, sid: sid ?? 0 };
      }
      case "full":
        return { do: what, party: this.#party(a), form };
      case "disconnect": {
        const found = this.#own(model.handles, a);
        if (found === undefined) return undefined;
        return { do: what, party: found.party, handle: found.key };
      }
      case "send":
        return this.#send();
      case "receive": {
        // Mostly where there is something.
        const full = new Map([...model.servers].filter(([, { queue }]) => queue.length > 0));
        const found = (b % 4 === 0 ? undefined : this.#own(full, a)) ?? this.#own(model.servers, a);
        if (found === undefined) return undefined;
        const expires = this.#expires(found.party);
        return { do: what, party: found.party, server: found.key, form, expires };
      }
      case "answer":
        return this.#answer();
      case "defer":
      case "drop":
      case "take": {
        const found = this.#own(model.messages, a);
        if (found === undefined) return undefined;
        const { kind } = found.value.message;
        if (what === "take" && kind !== "move") return undefined;
        if (what === "defer" && !isCall(kind)) return undefined;
        return { do: what, party: found.party, message: found.key };
      }
      case "forward":
        return this.#forward();
      case "destroy": {
        const found = this.#own(model.servers, a);
        // Whether what waits to be passed on went before its end was heard of nobody could say.
        return found === undefined || isWaitedFor(model, found.value)
          ? undefined
          : { do: what, party: found.party, server: found.key, force: b % 3 === 0 };
      }
      case "abort": {
        const found = this.#own(model.pending, a);
        return found === undefined ? undefined : { do: what, party: found.party, of: found.key };
      }
      case "look": {
        const found = this.#own(model.memories, a);
        return found === undefined || found.value.place === "unknown"
          ? undefined
          : { do: what, party: found.party, memory: found.key };
      }
      case "kill":
        return { do: what, party: 1 + (a % 2) };
    }
  }

  #connect(): Chosen {
    const { form, a, b, c } = this.#choice;
    const party = this.#party(a);
    // Mostly one that there is; now and then one that there is not, or not any more.
    const there = pick([...this.#model.ids.keys()], b);
    const any = pick([0, 1, 2, 3, ...this.#model.narrowed.keys()], b) ?? 0;
    const sid = c % 4 === 0 ? any : (there ?? any);
    const expires = !this.#model.ids.has(sid) && this.#expires(party);
    return { do: "connect", party, form, sid, expires };
  }

  #send(): Chosen | undefined {
    const { form, a, b, c } = this.#choice;
    const open = new Map(
      [...this.#model.handles].filter(([, { open, connection }]) => a % 16 === 0 || (open && connection.alive)),
    );
    const found = this.#own(open, a);
    if (found === undefined) return undefined;
    const { party, key: handle } = found;
    const { connection } = found.value;
    const kind = kinds[b % kinds.length] as Kind;
    const isScalar = kind === "scalar" || kind === "blockingScalar";
    const owner = connection.id.server.party;
    const mustNotBlock = form === "sync" && (party === main || this.#model.blocked.has(owner));
    const expires = mustNotBlock || c % 8 === 0;
    const memory = isScalar ? null : this.#memory(party, connection.outstanding < connection.id.server.queueMax);
    const fresh: Contents | null =
      memory === this.#ticket ? { size: sizes[b % sizes.length] as number, fill: c & 255 } : null;
    const words = isScalar ? numbers.slice(b % 4, (b % 4) + (c % 5)) : [];
    const send: Send = {
      do: "send",
      handle,
      kind,
      form,
      id: c % 4,
      words,
      extent: isScalar ? none : extent(c),
      memory,
      fresh: fresh?.size === 0 ? { size: 0, fill: 0 } : fresh,
      expires,
    };
    return { ...send, party };
  }

  /** Mostly new memory; what is here, lent or moved can be sent again, but not while it is in line as well. */
  #memory(party: number, hasRoom: boolean): number {
    const { b, c } = this.#choice;
    const used = [...this.#model.memories].filter(([, one]) => one.party === party && one.place !== "unknown");
    const [again] = pick(used, b) ?? [];
    const inLine = [...this.#model.pending.values()].some((one) => one.what === "line" && one.memory === again);
    return c % 3 === 0 && hasRoom && !inLine && again !== undefined ? again : this.#ticket;
  }

  #forward(): Chosen | undefined {
    const { form, a, b, c } = this.#choice;
    const model = this.#model;
    // Mostly what can be.
    const good = new Map(
      [...model.messages].filter(
        ([, { message }]) => message.hand === "own" && (message.owed || !isCall(message.kind)),
      ),
    );
    const found = (a % 8 === 0 ? undefined : this.#own(good, a)) ?? this.#own(model.messages, a);
    if (found === undefined) return undefined;
    const { party, key: message } = found;
    const handles = [...model.handles].filter(
      ([, one]) => one.party === party && (c % 16 === 0 || (one.open && one.connection.alive)),
    );
    const [handle, to] = pick(handles, b) ?? [];
    if (handle === undefined || to === undefined) return undefined;
    const mustNotBlock = party === main || model.blocked.has(to.connection.id.server.party);
    const expires = c % 7 === 0 && !model.mustLay(party, found.value.message, to.connection);
    return {
      do: "forward",
      party,
      message,
      handle,
      form: form === "sync" && mustNotBlock ? "await" : form,
      id: c % 4,
      expires,
    };
  }

  #answer(): Chosen | undefined {
    const { a, b, c } = this.#choice;
    const calls = new Map(
      [...this.#model.messages].filter(([, { message }]) => isCall(message.kind) && (message.owed || a % 8 === 0)),
    );
    const found = this.#own(calls, b);
    if (found === undefined) return undefined;
    const isScalar = found.value.message.kind === "blockingScalar";
    const words = isScalar ? [c, 2.5, Number.NaN, -0, c].slice(0, [1, 2, 5, 1, 2, 5, 3, 0][c % 8]) : [];
    const write = isScalar || c % 2 === 0 ? null : c & 255;
    return {
      do: "answer",
      party: found.party,
      message: found.key,
      words,
      extent: isScalar ? none : extent(b),
      write,
    };
  }

  #party(number: number): number {
    const free = [0, 1, 2].filter((party) => !this.#model.blocked.has(party));
    return pick(free, number) ?? main;
  }

  #expires(party: number): boolean {
    return (this.#choice.form === "sync" && party === main) || this.#choice.c % 5 === 0;
  }

  /** One of those whose party can do something. */
  #own<T extends { readonly party: number }>(
    table: ReadonlyMap<number, T>,
    number: number,
  ): { readonly key: number; readonly party: number; readonly value: T } | undefined {
    const found = pick(
      [...table].filter(([, { party }]) => !this.#model.blocked.has(party)),
      number,
    );
    return found === undefined ? undefined : { key: found[0], party: found[1].party, value: found[1] };
  }
}

const none: Extent = { offset: null, valid: null };

function extent(number: number): Extent {
  return { offset: number % 2 === 0 ? null : number, valid: number % 3 === 0 ? null : number / 2 };
}

function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % list.length];
}

/** Whether a message waits to be passed on to this server. */
function isWaitedFor(model: Model, server: ServerState): boolean {
  return [...model.pending.values()].some(
    (one) =>
      one.what === "line" &&
      one.connection.id.server === server &&
      one.connection.line.some(({ what }) => !("do" in what)),
  );
}
