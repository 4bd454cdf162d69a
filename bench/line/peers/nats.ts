import type { Peer } from "./peer.ts";

const subject = "random";
const payload = "x";
const connect = 'CONNECT {"verbose":false,"pedantic":false}\r\n';

export const nats: Peer = {
  name: "nats-server",
  program: "nats-server",
  command: (port) => ["nats-server", "--addr", "127.0.0.1", "--port", String(port)],
  subscribe: { say: `${connect}SUB ${subject} 1\r\nPING\r\n`, ack: "PONG\r\n" },
  hello: connect,
  trigger: (items) => `PUB ${subject} ${payload.length}\r\n${payload}\r\n`.repeat(items),
  line: `MSG ${subject} 1 ${payload.length}\r\n${payload}\r\n`,
  noise: { say: "PING\r\n", answer: "PONG\r\n" },
};
