/**
 * A program that watches the network of the namespace it is started in, and prints what it sees as lines of JSON. It
 * ends the watch with its standard input, and then has to end by itself: nothing is to hold it up.
 */
import { systemClock } from "@doorbell-js/doorbell/line";

import { rtnetlink } from "../../src/network/ip.ts";
import { networkManager } from "../../src/network/nm.ts";
import { poll } from "../../src/network/poll.ts";
import { watchNetwork } from "../../src/network/watcher.ts";

const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const { backends, ip } = JSON.parse(process.argv[2] ?? "{}") as { readonly backends: string[]; readonly ip?: string };
const all = [networkManager(), rtnetlink(ip === undefined ? {} : { ip }), poll({ pollMs: 50 })];

const watcher = await watchNetwork({
  // Which keeps no program alive.
  clock: systemClock,
  backends: all.filter(({ name }) => backends.includes(name)),
  debounceMs: 50,
  random: () => 0,
  log: ({ type, ...more }) => {
    print({ event: type, ...more, ...("cause" in more ? { cause: String(more.cause) } : {}) });
  },
});
print({ backend: watcher.backend, state: watcher.state });
watcher.onChange((state) => print({ backend: watcher.backend, state }));

process.stdin.resume();
process.stdin.once("end", () => {
  void watcher[Symbol.asyncDispose]().then(() => print({ event: "ended" }));
});
