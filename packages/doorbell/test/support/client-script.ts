import type { SimPeer, SimSession } from "./client-sim.ts";

/** What the scripted server does with its next answers. */
export type Temper =
  /** answers at once */
  | "prompt"
  /** keeps its answers until it is prompt again */
  | "slow"
  /** never says anything again on this connection */
  | "silent";

/**
 * A server as the protocol's text has it, and no more: it knows what it was asked and what it said, and answers each
 * command with a line that names the command, so that an answer which went to another call shows.
 */
export class ScriptServer {
  temper: Temper = "prompt";
  /** Notifications that were said, by connection. */
  readonly notified: string[][] = [];
  readonly #sessions: ScriptSession[] = [];
  #numbers = 0;

  readonly accept = (peer: SimPeer): SimSession => {
    this.temper = "prompt";
    this.notified.push([]);
    const session = new ScriptSession(this, peer);
    this.#sessions.push(session);
    return session;
  };

  get #session(): ScriptSession | undefined {
    return this.#sessions.at(-1);
  }

  turn(temper: Temper): void {
    this.temper = temper;
    if (temper === "prompt") this.#session?.answer();
  }

  /** A notification, if the client asked for them. */
  notify(source: string): void {
    const session = this.#session;
    if (session?.isNotifying !== true || this.temper === "silent") return;
    this.notified.at(-1)?.push(source);
    session.say(`notif: ${source}`);
  }

  /** A line that a client must ignore at any moment. */
  malformed(line: string): void {
    this.#session?.say(line);
  }

  number(): number {
    this.#numbers += 1;
    return this.#numbers;
  }
}

class ScriptSession implements SimSession {
  isNotifying = false;
  readonly #server: ScriptServer;
  readonly #peer: SimPeer;
  readonly #asked: string[] = [];
  #rest = "";

  constructor(server: ScriptServer, peer: SimPeer) {
    this.#server = server;
    this.#peer = peer;
  }

  received(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString()).split("\r\n");
    this.#rest = lines.pop() ?? "";
    this.#asked.push(...lines);
    if (this.#server.temper === "prompt") this.answer();
  }

  closed(): void {
    this.isNotifying = false;
  }

  say(line: string): void {
    if (this.#server.temper !== "silent") this.#peer.send(Buffer.from(`${line}\r\n`));
  }

  answer(): void {
    for (const line of this.#asked.splice(0)) {
      if (line === "notif" || line === "stop_notif") this.isNotifying = line === "notif";
      this.say(answerTo(line, () => this.#server.number()));
    }
  }
}

/** The one right answer. */
function answerTo(line: string, number: () => number): string {
  if (line === "notif" || line === "stop_notif" || line.startsWith("post ")) return "OK";
  if (line === "random?") return String(number());
  return line.startsWith("no-") ? `error: ${line}` : `answer to ${line}`;
}
