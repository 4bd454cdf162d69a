import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { until, within } from "@doorbell-js/test-support/until";

/** Where a test connects to. */
export type Door =
  | { readonly port: number; readonly host?: string; readonly localAddress?: string; readonly tls?: false }
  | { readonly port: number; readonly host?: string; readonly tls: true }
  | { readonly path: string };

/** A socket on its way to a door. Its errors are kept from ending the program. */
export function dial(door: Door, allowHalfOpen: boolean = false): Socket {
  const socket = open(door, allowHalfOpen);
  socket.on("error", () => {});
  return socket;
}

function open(door: Door, allowHalfOpen: boolean): Socket {
  if ("path" in door) return connect({ path: door.path, allowHalfOpen });
  const { host = "127.0.0.1", port } = door;
  if (door.tls !== true) return connect({ host, allowHalfOpen, ...door });
  // The test's own certificate: that it is who it says is not what is tested.
  const options = { host, port, allowHalfOpen, rejectUnauthorized: false };
  return connectTls(options);
}

/** A hand-driven client: it says what it is told to, and keeps every line it hears. */
export class Wire implements AsyncDisposable {
  readonly socket: Socket;
  /** The lines heard, without their ends. */
  readonly lines: string[] = [];
  /** The server has said that it will say no more. */
  ended = false;
  closed = false;
  failure: NodeJS.ErrnoException | undefined;
  #rest = "";
  #taken = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      const parts = (this.#rest + text).split("\r\n");
      this.#rest = parts.pop() ?? "";
      for (const line of parts) this.lines.push(line);
    });
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    socket.on("error", (cause) => (this.failure = cause));
  }

  /** Bytes that are no whole line. */
  get rest(): string {
    return this.#rest;
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next `count` lines that were not taken before. */
  async take(count: number, deadlineMs: number = 10_000): Promise<string[]> {
    await until(`${count} lines from the server`, () => this.lines.length >= this.#taken + count, deadlineMs);
    return this.lines.slice(this.#taken, (this.#taken += count));
  }

  /** Says one command and gives the next line. */
  async ask(command: string, deadlineMs: number = 10_000): Promise<string> {
    this.send(`${command}\r\n`);
    return this.line(deadlineMs);
  }

  /** The next line, without polling: latencies are taken with it. */
  line(deadlineMs: number = 10_000, what: string = "a line from the server"): Promise<string> {
    const next = this.lines[this.#taken];
    if (next === undefined) return within(what, this.#nextLine(), deadlineMs);
    this.#taken += 1;
    return Promise.resolve(next);
  }

  /** The next line when it comes; rejects when none will. */
  #nextLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.socket.off("data", heard);
        this.socket.off("close", gone);
      };
      const heard = (): void => {
        const line = this.lines[this.#taken];
        if (line === undefined) return;
        stop();
        this.#taken += 1;
        resolve(line);
      };
      const gone = (): void => {
        stop();
        const why = this.failure?.code ?? "no error";
        reject(new assert.AssertionError({ message: `the connection closed instead of giving a line (${why})` }));
      };
      this.socket.on("data", heard);
      this.socket.once("close", gone);
      if (this.closed) gone();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await until("the close of a destroyed socket", () => this.closed);
  }
}

/**
 * A client that is connected: for TLS, after the handshake. With `allowHalfOpen` it goes on when the server has ended,
 * and ends itself; else it answers the server's end by its own, as Node's sockets do.
 */
export async function wire(door: Door, allowHalfOpen: boolean = false): Promise<Wire> {
  const made = new Wire(dial(door, allowHalfOpen));
  const event = "tls" in door && door.tls ? "secureConnect" : "connect";
  let connected = false;
  made.socket.once(event, () => (connected = true));
  await until(`a connection to ${JSON.stringify(door)}`, () => connected || made.closed);
  assert.ok(connected, `the connection failed: ${made.failure?.message ?? "closed"}`);
  return made;
}
