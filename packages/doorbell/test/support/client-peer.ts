import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { test } from "node:test";

import { reset } from "@doorbell-js/test-support/reset";
import { until } from "@doorbell-js/test-support/until";

import { Client } from "../../src/line/client/client.ts";
import { type ClientOptions, dialer } from "../../src/line/client/connect.ts";
import { systemClock } from "../../src/line/time.ts";
import { Bench, settle } from "./client-mock.ts";

/** A server that a test plays, line by line, and a client that is connected to it. */
export interface Peer extends AsyncDisposable {
  readonly client: Client;
  /** Waits for these commands, one after the other, and for none between them. */
  hears(...lines: readonly string[]): Promise<void>;
  /** Says these lines, in one segment. */
  says(...lines: readonly string[]): Promise<void>;
  /** Waits until the client has dropped the connection and made the next. */
  dropped(): Promise<void>;
  /** Cuts the connection. */
  cut(): void;
  /** Cuts the connection, and waits for the next. */
  cuts(): Promise<void>;
  /** Waits until `condition` holds, on whichever clock this runs. */
  until(what: string, condition: () => boolean): Promise<void>;
}

export type MakePeer = (options?: ClientOptions, type?: typeof Client) => Promise<Peer>;

/** Much fake time, for what should come by itself. */
const LONG_MS = 3_600_000;

/** Without a network, on a fake clock that goes on whenever something is waited for. */
class MockPeer implements Peer {
  readonly #bench: Bench;
  #heard: string[] = [];

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  get client(): Client {
    return this.#bench.client;
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const end = this.#bench.clock.now() + LONG_MS;
    for (;;) {
      await settle();
      this.#heard.push(...this.#bench.wire.heard());
      if (condition()) return;
      if (!this.#bench.clock.runNext(end)) assert.fail(`in an hour this did not come: ${what}`);
    }
  }

  async hears(...lines: readonly string[]): Promise<void> {
    await this.until(lines.join(", "), () => this.#heard.length >= lines.length);
    assert.deepEqual(this.#heard.splice(0, lines.length), lines);
  }

  async says(...lines: readonly string[]): Promise<void> {
    this.#bench.wire.say(...lines);
    await settle();
  }

  async dropped(): Promise<void> {
    const { wire, net } = this.#bench;
    await this.until("the end of the connection", () => wire.closed);
    await this.until("the next connection", () => net.last !== wire);
    this.#heard = [];
    net.last.open();
    await settle();
  }

  cuts(): Promise<void> {
    this.cut();
    return this.dropped();
  }

  cut(): void {
    this.#bench.wire.close(new Error("cut"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await settle();
    assert.equal(this.#bench.clock.pending, 0, "no timer is left");
  }
}

/** Over a real TCP connection on loopback. */
class TcpPeer implements Peer {
  readonly client: Client;
  readonly #server: Server;
  readonly #sockets: Socket[];
  readonly #heard: string[] = [];
  #socket: Socket | undefined;
  #rest = "";

  constructor(client: Client, server: Server, sockets: Socket[]) {
    this.client = client;
    this.#server = server;
    this.#sockets = sockets;
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return until(what, condition);
  }

  /** The connection that was made first among those not used yet. */
  async next(): Promise<void> {
    await this.until("a connection", () => this.#sockets.length > 0);
    const socket = this.#sockets.shift();
    this.#socket = socket;
    this.#heard.length = 0;
    this.#rest = "";
    socket?.setNoDelay(true).setEncoding("utf8");
    socket?.on("data", (text: string) => {
      const lines = (this.#rest + text).split("\r\n");
      this.#rest = lines.pop() ?? "";
      this.#heard.push(...lines);
    });
  }

  async hears(...lines: readonly string[]): Promise<void> {
    await this.until(lines.join(", "), () => this.#heard.length >= lines.length);
    assert.deepEqual(this.#heard.splice(0, lines.length), lines);
  }

  says(...lines: readonly string[]): Promise<void> {
    return new Promise((resolve) => this.#socket?.write(lines.map((line) => `${line}\r\n`).join(""), () => resolve()));
  }

  async dropped(): Promise<void> {
    const socket = this.#socket;
    await this.until("the end of the connection", () => socket?.closed === true);
    await this.next();
  }

  cuts(): Promise<void> {
    this.cut();
    return this.dropped();
  }

  cut(): void {
    if (this.#socket !== undefined) reset(this.#socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const mock: MakePeer = async (options, type) => {
  const made = new Bench(options, type);
  made.wire.open();
  await made.client.connected;
  return new MockPeer(made);
};

const tcp: MakePeer = async (options = {}, type = Client) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dial = dialer({ port: (server.address() as AddressInfo).port }, { connectMs: 5_000, keepAliveMs: 60_000 });
  const client = new type({ dial, clock: systemClock, random: Math.random }, { backoffMs: 2, ...options });
  await client.connected;
  const peer = new TcpPeer(client, server, sockets);
  await peer.next();
  return peer;
};

/** What a scenario is played over. */
const peers: Readonly<Record<string, MakePeer>> = { "mock wire": mock, TCP: tcp };

/** Plays every scenario over every kind of peer. */
export function playAll(scenarios: Readonly<Record<string, (make: MakePeer) => Promise<void>>>): void {
  for (const [over, make] of Object.entries(peers))
    for (const [name, play] of Object.entries(scenarios)) test(`${name} (${over})`, () => play(make));
}

/** The client enters notification mode. */
export async function entered(peer: Peer): Promise<void> {
  const notified = peer.client.notify();
  await peer.hears("notif");
  await peer.says("OK");
  await notified;
}

/** The connection is in step: a command has its own answer. */
export async function answers(peer: Peer): Promise<void> {
  const asked = peer.client.command("ping");
  await peer.hears("ping");
  await peer.says("pong");
  assert.equal(await asked, "pong");
}
