import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection } from "../../../src/kernel/types.ts";

/** How an operation waits: by a promise, or with its thread parked. */
export type Form = "await" | "sync";

/** What a thread is told to do with names, in plain data. Servers and handles are known by the numbers given here. */
export type Operation =
  | { readonly do: "register"; readonly name: string; readonly server: number; readonly limit?: number | null }
  | { readonly do: "connect"; readonly name: string; readonly handle: number; readonly timeoutMs?: number }
  | { readonly do: "try"; readonly name: string; readonly handle: number }
  | { readonly do: "unregister"; readonly name: string; readonly sid: SidWords }
  | { readonly do: "done" }
  | { readonly do: "sid"; readonly server: number }
  | { readonly do: "connectSid"; readonly sid: SidWords; readonly handle: number }
  | { readonly do: "send"; readonly handle: number; readonly id: number }
  | { readonly do: "receive"; readonly server: number }
  | { readonly do: "alive"; readonly handle: number }
  | { readonly do: "disconnect"; readonly handle: number }
  | { readonly do: "destroy"; readonly server: number };

/** What came of it: a value, or the code of a failure and its detail. */
export type Result = { readonly ok: unknown } | { readonly failed: string; readonly detail: string | undefined };

/** Does what it is told with the real kernel of its thread. */
export class NameActor {
  readonly #kernel: Kernel;
  readonly #form: Form;
  readonly #servers = new Map<number, ServerHandle>();
  readonly #handles = new Map<number, Connection>();

  constructor(kernel: Kernel, form: Form) {
    this.#kernel = kernel;
    this.#form = form;
  }

  async run(operation: Operation): Promise<Result> {
    try {
      return { ok: await this.#run(operation) };
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return { failed: error.code, detail: error.detail };
    }
  }

  async #run(operation: Operation): Promise<unknown> {
    const { names } = this.#kernel;
    const isSync = this.#form === "sync";
    switch (operation.do) {
      case "register": {
        const { name, server, limit } = operation;
        const options = limit === undefined ? {} : { maxConnections: limit };
        this.#servers.set(server, isSync ? names.registerSync(name, options) : await names.register(name, options));
        return undefined;
      }
      case "connect": {
        const { name, handle, timeoutMs = 20_000 } = operation;
        const options = { timeoutMs };
        return this.#connected(handle, isSync ? names.connectSync(name, options) : await names.connect(name, options));
      }
      case "try": {
        const tried = await names.tryConnect(operation.name);
        return typeof tried === "string" ? tried : this.#connected(operation.handle, tried);
      }
      case "unregister": {
        const { name, sid } = operation;
        return isSync ? names.unregisterSync(name, Sid.from(sid)) : await names.unregister(name, Sid.from(sid));
      }
      case "done":
        return isSync ? names.trustedInitDoneSync() : await names.trustedInitDone();
      case "sid":
        return this.#server(operation.server).sid.words();
      case "connectSid":
        return this.#connected(operation.handle, await this.#kernel.connect(Sid.from(operation.sid)));
      case "send":
        return await this.#handle(operation.handle).scalar(operation.id);
      case "receive": {
        const { id, sender } = await this.#server(operation.server).receive({ timeoutMs: 20_000 });
        return { id, sender };
      }
      case "alive":
        return this.#handle(operation.handle).alive;
      case "disconnect":
        return this.#handle(operation.handle).disconnect();
      case "destroy":
        return this.#server(operation.server).destroy();
    }
  }

  #connected(number: number, connection: Connection): number {
    this.#handles.set(number, connection);
    return connection.cid;
  }

  #server(number: number): ServerHandle {
    return found(this.#servers.get(number));
  }

  #handle(number: number): Connection {
    return found(this.#handles.get(number));
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a thread was told to use what it does not have");
  return value;
}
