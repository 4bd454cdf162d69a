/** A server to be measured: how it is started, and what is said to it. */
export interface Peer {
  readonly name: string;
  /** The program and its arguments; `items` is how many items one trigger makes available. */
  command(port: number, items: number): readonly [string, ...string[]];
  /** The program that must be there. */
  readonly program: string;
  /** What makes a connection a subscriber, and the end of what it is told then. */
  readonly subscribe: { readonly say: string; readonly ack: string };
  /** What the publisher says once, before the first trigger. */
  readonly hello?: string;
  /** What the publisher says to make `items` items available at once. */
  trigger(items: number): string;
  /** What crosses the wire for one item to one subscriber. */
  readonly line: string;
  /** Absent where the server has nothing to be asked for. */
  readonly request?: { readonly say: string; readonly answer: string };
  /** What the server says unasked, and the answer it wants. */
  readonly noise?: { readonly say: string; readonly answer: string };
}

/** What ours, the bare server and Twisted's have in common: the protocol. */
export const lineProtocol: Pick<Peer, "subscribe" | "trigger" | "line" | "request"> = {
  subscribe: { say: "notif\r\n", ack: "OK\r\n" },
  trigger: () => "post x\r\n",
  line: "notif: random\r\n",
  request: { say: "random?\r\n", answer: "456902234\r\n" },
};
