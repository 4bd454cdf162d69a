/** A hostile thread: joins by hand, and writes what it likes into all memory that it is given. */
import { type MessagePort, workerData } from "node:worker_threads";

const { port, sid, seed, target, mutations, progress } = workerData as {
  readonly port: MessagePort;
  readonly sid: readonly number[];
  readonly seed: number;
  readonly target: "all" | "tail" | "slot" | "credits" | "wake";
  /** The number of its writes. */
  readonly mutations: number;
  /** Where it counts what it has written. */
  readonly progress: SharedArrayBuffer;
};
const done = new Int32Array(progress);
let state = seed;
const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);

port.on(
  "message",
  (message: { type: string; direction: number; shared: SharedArrayBuffer; wake: SharedArrayBuffer }) => {
    if (message.type === "welcome") port.postMessage({ type: "connect", request: 1, sid, wait: true });
    if (message.type !== "lane") return;
    const words = new Int32Array(message.shared);
    const wake = new Int32Array(message.wake);
    const own = message.direction * (words.length / 2);
    // Not for ever: the test's own threads need the core.
    for (let written = 0; written < mutations; written += 1) {
      const value = random() & 1 ? random() : random() & 255;
      if (target === "wake") wake[random() % wake.length] = value;
      else if (target === "tail") Atomics.store(words, own, value);
      else if (target === "credits") words[own + 48 + 128 * 16 + (random() % 128)] = value;
      else if (target === "slot") {
        const at = own + 48 + (random() % 128) * 16;
        words[at + (random() % 16)] = value;
        Atomics.store(words, own, written & 127);
      } else words[random() % words.length] = value;
      Atomics.store(done, 0, written + 1);
    }
    port.postMessage({ type: "inspect", request: 2 });
  },
);
