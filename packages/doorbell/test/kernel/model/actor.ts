import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { NarrowedSid, ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { AnswerWords, Connection, MemoryWords, Message } from "../../../src/kernel/types.ts";
import { bytesOf, contentsOf, extentOf, wordsOf } from "./bytes.ts";
import type { Command, Contents, Extent, Outcome, Send } from "./command.ts";
import { methods } from "./methods.ts";

type Of<T extends Command["do"]> = Extract<Command, { do: T }>;

/** A command, and the id it speaks of. */
export interface Order {
  readonly command: Command;
  readonly sid: SidWords | undefined;
}

/** Given as the reason of every signal. */
const aborted = "aborted";

/** One thread's part in a history: does what it is told with the real kernel, and says what came of it, when it did. */
export class Actor {
  readonly #kernel: Kernel;
  readonly #say: (ticket: number, outcome: Outcome) => void;
  readonly #servers = new Map<number, { readonly server: ServerHandle; readonly gone: number[] }>();
  readonly #narrowed = new Map<number, NarrowedSid>();
  readonly #handles = new Map<number, Connection>();
  readonly #messages = new Map<number, Message>();
  readonly #memories = new Map<number, Memory>();
  readonly #stops = new Map<number, AbortController>();
  readonly #waiting = new Set<number>();

  constructor(kernel: Kernel, say: (ticket: number, outcome: Outcome) => void) {
    this.#kernel = kernel;
    this.#say = say;
  }

  /** Begins a command, and lets what can end at once end. */
  async begin(order: Order): Promise<void> {
    const { command } = order;
    const { ticket } = command;
    try {
      const begun = this.#do(order);
      if (begun instanceof Promise) {
        this.#waiting.add(ticket);
        begun.then(
          (value: unknown) => this.#ended(command, outcomeOf(value)),
          (error: unknown) => this.#ended(command, { failed: codeOf(error) }),
        );
      } else this.#ended(command, outcomeOf(begun));
    } catch (error) {
      this.#ended(command, { failed: codeOf(error) });
    }
    await new Promise(setImmediate);
  }

  /** Hears what the broker has told so far. */
  async hear(): Promise<void> {
    // What was asked of the name server before has been done, too.
    await this.#kernel.names.trustedInitDone();
    await this.#kernel.inspect();
    await new Promise(setImmediate);
  }

  /** Forgets a history; how much of it is still waited for. */
  clear(): number {
    for (const table of [this.#servers, this.#narrowed, this.#handles, this.#messages, this.#memories, this.#stops])
      table.clear();
    const { size } = this.#waiting;
    this.#waiting.clear();
    return size;
  }

  #ended(command: Command, outcome: Outcome): void {
    this.#waiting.delete(command.ticket);
    const number = command.do === "send" ? command.memory : null;
    if (number === null) return this.#say(command.ticket, outcome);
    const memory = this.#memories.get(number);
    const seen = memory?.place === "here" ? contentsOf(memory.bytes) : "away";
    return this.#say(command.ticket, { ...outcome, memory: seen });
  }

  #do({ command, sid }: Order): unknown {
    switch (command.do) {
      case "create":
        return this.#create(command, Sid.from(sid as SidWords));
      case "connect":
        return this.#connect(command, Sid.from(sid as SidWords));
      case "narrow":
        return this.#narrow(command);
      case "revoke":
        return this.#narrowed.get(command.sid)?.revoke();
      case "register":
        return this.#register(command);
      case "find":
        return this.#find(command);
      case "unregister": {
        const name = nameOf(command.name);
        const own = Sid.from(sid as SidWords);
        const { names } = this.#kernel;
        return command.form === "sync" ? names.unregisterSync(name, own) : names.unregister(name, own);
      }
      case "full":
        return this.#kernel.names[command.form === "sync" ? "trustedInitDoneSync" : "trustedInitDone"]();
      case "disconnect":
        return this.#handle(command.handle).disconnect();
      case "send":
        return this.#send(command);
      case "receive":
        return this.#receive(command);
      case "answer":
        return this.#answer(command);
      case "defer":
        return void (this.#message(command.message) as { defer?(): unknown }).defer?.();
      case "drop":
        return this.#message(command.message)[Symbol.dispose]();
      case "take": {
        const message = this.#message(command.message);
        return message.kind === "move" ? contentsOf(message.take().bytes) : undefined;
      }
      case "forward":
        return this.#forward(command);
      case "destroy": {
        const { server, gone } = found(this.#servers.get(command.server));
        const { denied, owed } = server;
        server.destroy({ force: command.force });
        return { denied, owed, gone };
      }
      case "abort":
        return this.#stops.get(command.of)?.abort(aborted);
      case "look":
        return contentsOf(found(this.#memories.get(command.memory)).bytes);
      case "kill":
        throw new Error("a thread does not kill itself");
    }
  }

  #create({ ticket, form, queueMax }: Of<"create">, sid: Sid): unknown {
    const gone: number[] = [];
    const options = { sid, queueMax, onDisconnect: (sender: number) => void gone.push(sender) };
    const made = (server: ServerHandle): void => void this.#servers.set(ticket, { server, gone });
    if (form === "sync") return made(this.#kernel.createServerSync(options));
    return this.#kernel.createServer(options).then(made);
  }

  #register({ ticket, form, name: number, limit, queueMax }: Of<"register">): unknown {
    const gone: number[] = [];
    const options = { maxConnections: limit, queueMax, onDisconnect: (sender: number) => void gone.push(sender) };
    const made = (server: ServerHandle): SidWords => {
      this.#servers.set(ticket, { server, gone });
      return server.sid.words();
    };
    const { names } = this.#kernel;
    if (form === "sync") return made(names.registerSync(nameOf(number), options));
    return names.register(nameOf(number), options).then(made);
  }

  #find({ ticket, form, name: number, expires }: Of<"find">): unknown {
    const { names } = this.#kernel;
    const name = nameOf(number);
    const made = this.#connected(ticket);
    if (form === "try") return names.tryConnect(name).then(made);
    if (form === "sync") return made(names.connectSync(name, expires ? { timeoutMs: 0 } : {}));
    return names.connect(name, this.#wait(ticket, expires)).then(made);
  }

  #connected(ticket: number): (connection: Connection | string) => unknown {
    return (connection) => {
      if (typeof connection === "string") return connection;
      this.#handles.set(ticket, connection);
      return { cid: connection.cid };
    };
  }

  #connect({ ticket, form, expires }: Of<"connect">, sid: Sid): unknown {
    const made = this.#connected(ticket);
    if (form === "try") return this.#kernel.tryConnect(sid).then(made);
    if (form === "sync") return made(this.#kernel.connectSync(sid, expires ? { timeoutMs: 0 } : {}));
    return this.#kernel.connect(sid, this.#wait(ticket, expires)).then(made);
  }

  #narrow({ server: number, form, opcodes, sid }: Of<"narrow">): unknown {
    const { server } = found(this.#servers.get(number));
    const made = (narrowed: NarrowedSid): SidWords => {
      this.#narrowed.set(sid, narrowed);
      return narrowed.sid.words();
    };
    return form === "sync" ? made(server.narrowSync({ opcodes })) : server.narrow({ opcodes }).then(made);
  }

  #receive({ ticket, server: number, form, expires }: Of<"receive">): unknown {
    const { server } = found(this.#servers.get(number));
    const got = (message: Message | undefined): unknown => {
      if (message === undefined) return null;
      this.#messages.set(ticket, message);
      return seen(message);
    };
    if (form === "try") return got(server.tryReceive());
    if (form === "sync") return got(server.receiveSync(expires ? { timeoutMs: 0 } : {}));
    return server.receive(this.#wait(ticket, expires)).then(got);
  }

  #answer({ message: number, words, extent, write }: Of<"answer">): void {
    const message = this.#message(number);
    if (message.kind === "blockingScalar") return message.answer(...(words as unknown as AnswerWords));
    if (message.kind !== "lend" && message.kind !== "mutableLend") return undefined;
    if (write !== null && message.owed) message.bytes.set(bytesOf({ size: message.bytes.length, fill: write }));
    return message.answer(wordsOf(extent));
  }

  #forward({ ticket, message: number, handle, form, id, expires }: Of<"forward">): unknown {
    const message = this.#message(number);
    const connection = this.#handle(handle);
    if (form === "try") return message.tryForward(connection, id);
    if (form === "sync") return message.forwardSync(connection, id, expires ? { timeoutMs: 0 } : {});
    return message.forward(connection, id, this.#wait(ticket, expires));
  }

  #send(command: Send & { readonly ticket: number }): unknown {
    const { ticket, handle, kind, form, id, words, extent, memory: number, fresh, expires } = command;
    const connection = this.#handle(handle);
    if (number !== null && fresh !== null) this.#memories.set(number, Memory.copyOf(bytesOf(fresh)));
    const options = form === "sync" ? (expires ? { timeoutMs: 0 } : {}) : this.#wait(ticket, expires);
    if (number === null) {
      if (kind === "scalar") return connection[methods[form].scalar](id, words, options);
      return answered(connection[methods[form].blockingScalar](id, words, options));
    }
    const memory = found(this.#memories.get(number));
    if (kind === "scalar" || kind === "blockingScalar") throw new Error("a scalar has no memory");
    const sent: unknown = connection[methods[form][kind]](id, memory, { ...wordsOf(extent), ...options });
    return kind === "move" ? sent : answered(sent);
  }

  #wait(ticket: number, expires: boolean): { readonly signal: AbortSignal; readonly timeoutMs?: number } {
    const stop = new AbortController();
    this.#stops.set(ticket, stop);
    return expires ? { signal: stop.signal, timeoutMs: 0 } : { signal: stop.signal };
  }

  #handle(number: number): Connection {
    return found(this.#handles.get(number));
  }

  #message(number: number): Message {
    return found(this.#messages.get(number));
  }
}

/** What a call came back with, in plain data. */
function answered(value: unknown): unknown {
  if (value instanceof Promise) return value.then(answered);
  if (typeof value === "string" || Array.isArray(value)) return value;
  return extentOf(value as MemoryWords);
}

function seen(message: Message): unknown {
  const { kind, id, sender } = message;
  if (message.kind === "scalar" || message.kind === "blockingScalar")
    return { kind, id, from: sender, words: message.words, offset: null, valid: null, contents: null };
  const extent: Extent = extentOf(message);
  const contents: Contents = contentsOf(message.bytes);
  return { kind, id, from: sender, words: [], ...extent, contents };
}

/** A `try…` form returns its failure as a string, which nothing else is. */
function outcomeOf(value: unknown): Outcome {
  return typeof value === "string" ? { refused: value } : { ok: value ?? null };
}

function codeOf(error: unknown): string {
  if (error instanceof KernelError) return error.code;
  return error === aborted ? aborted : String(error);
}

function nameOf(number: number): string {
  return `name ${number}`;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a thread was told to use what it does not have");
  return value;
}
