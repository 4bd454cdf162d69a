/** The private server of the face tests, on a thread of its own. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Private } from "./face-apis.ts";

/** What it is told. */
export interface PrivateOptions {
  readonly sid: SidWords;
  readonly queueMax: number;
}

const kernel = await Kernel.join();
const { sid, queueMax } = kernel.data as PrivateOptions;
const server = await kernel.createServer(Private, { sid: Sid.from(sid), queueMax });

const received = Array.from({ length: 256 }, () => 0);
const log: number[] = [];
/** Counts a message. */
const took = ({ message }: { readonly message: { readonly id: number } }): void => {
  received[message.id] = (received[message.id] ?? 0) + 1;
};

void server.serve({
  note: (message) => {
    took(message);
    log.push(message.words[0]);
  },
  double: (message) => {
    took(message);
    log.push(message.words[0]);
    return message.words[0] * 2;
  },
  pair: (message) => {
    took(message);
    return [message.words[0], message.sender];
  },
  five: (message) => {
    took(message);
    return [...message.words, 5];
  },
  ssid: (message) => {
    took(message);
    return message.value.ssid;
  },
  sum: (message) => {
    took(message);
    message.bytes[0] = message.bytes.reduce((sum, byte) => sum + byte, 0);
    message.answer({ offset: 7, valid: 1 });
  },
  keep: (message) => {
    took(message);
    log.push(message.value.length);
  },
  look: (message) => {
    took(message);
    message.answer({ offset: message.bytes.length, valid: message.valid });
  },
  publish: (message) => {
    took(message);
    log.push(message.value.linkState);
  },
  store: (message) => {
    took(message);
    log.push(message.bytes[0] ?? -1);
  },
  received: () => received,
  log: () => log.splice(0),
  end: () => process.exit(0),
  erase: (message) => {
    took(message);
    return 1;
  },
});
