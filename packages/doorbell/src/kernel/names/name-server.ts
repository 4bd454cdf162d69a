import { KernelError, type KernelErrorCode } from "../errors.ts";
import { type Client, client } from "../service/index.ts";
import {
  type Connecting,
  connectTo,
  connectToSync,
  type Outgoing,
  type Station,
  syncTimeoutMs,
} from "../thread/index.ts";
import { NameService, nameServerSid, type Registration, type Unregistration } from "./api.ts";

type NameClient = Client<typeof NameService>;

/** A thread's connection to the name server, made at its first use, and kept. */
export class NameServer {
  readonly #station: Station;
  #client: NameClient | undefined;
  #connecting: Promise<NameClient> | undefined;

  constructor(station: Station) {
    this.#station = station;
  }

  async register(registration: Registration): Promise<void> {
    const server = await this.#connect();
    accepted(await server.register(registration));
  }

  registerSync(registration: Registration): void {
    accepted(this.#connectSync().registerSync(registration));
  }

  async unregister(what: Unregistration): Promise<void> {
    const server = await this.#connect();
    accepted(await server.unregister(what));
  }

  unregisterSync(what: Unregistration): void {
    accepted(this.#connectSync().unregisterSync(what));
  }

  async trustedInitDone(): Promise<boolean> {
    const server = await this.#connect();
    return (await server.trustedInitDone()) === 1;
  }

  trustedInitDoneSync(): boolean {
    return this.#connectSync().trustedInitDoneSync() === 1;
  }

  /** Asks for a connection by name; before the first one the name server itself is connected to. */
  askFor(name: string, wait: boolean): Connecting {
    const { control } = this.#station;
    const { number, reply } = control.expect<Outgoing>();
    let isGivenUp = false;
    let sentTo: NameClient | undefined;
    const failed = (error: unknown): void => control.unasked(number, error);
    const send = (server: NameClient): void => {
      // Whoever gave up has said so already: this only forgets the number.
      if (isGivenUp) return failed(undefined);
      sentTo = server;
      server.connect({ name, request: number, wait }).catch(failed);
    };
    const giveUp = (): void => {
      isGivenUp = true;
      if (sentTo !== undefined) withdraw(sentTo, number);
    };
    if (this.#client !== undefined) send(this.#client);
    else if (reply.pending) this.#connect().then(send, failed);
    return { reply, giveUp, late: lateFor(name) };
  }

  /** The same, with the thread parked until it is asked. */
  askForSync(name: string, timeoutMs: number): Connecting {
    const { control } = this.#station;
    const server = this.#connectSync();
    const { number, reply } = control.expect<Outgoing>();
    try {
      server.with({ timeoutMs }).connectSync({ name, request: number, wait: true });
    } catch (error) {
      control.unasked(number, error);
    }
    return { reply, giveUp: () => withdraw(server, number), late: lateFor(name) };
  }

  async #connect(): Promise<NameClient> {
    if (this.#client !== undefined) return this.#client;
    try {
      this.#connecting ??= connectTo(this.#station, nameServerSid).then((connection) =>
        client(NameService, connection),
      );
      return (this.#client ??= await this.#connecting);
    } finally {
      this.#connecting = undefined;
    }
  }

  #connectSync(): NameClient {
    this.#client ??= client(NameService, connectToSync(this.#station, nameServerSid, syncTimeoutMs));
    return this.#client;
  }
}

/**
 * Nobody waits for the reply any more. It goes the way that the request went, behind it: by another it might be there
 * first, and the request would wait for ever.
 */
function withdraw(server: NameClient, request: number): void {
  server.cancel(request).catch(() => {
    // The kernel has ended, and with it the request.
  });
}

function lateFor(name: string): string {
  return `No server of the name ${JSON.stringify(name)} was there in time, or none with room for one more thread.`;
}

/** What the name server says of what it did not do. */
const refusals: Readonly<Record<string, string>> = {
  ServerExists: "This name is in use.",
  OutOfMemory: "There are as many names as may be.",
  NotFound: "There is no such name, or this is not its server's id.",
  ServerNotFound: "The server ended before it had its name.",
};

/** Fails if it was not done. */
function accepted(answer: "done" | KernelErrorCode): void {
  if (answer === "done") return;
  const detail = answer === "OutOfMemory" ? { detail: "names" } : {};
  throw new KernelError(answer, refusals[answer] ?? `The name server refused: ${answer}.`, detail);
}
