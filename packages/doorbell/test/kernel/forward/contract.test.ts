/** K20 to K22 over every way in which caller, forwarder and server can be spread over threads, blocking and awaiting. */
import { describe, test } from "node:test";

import { Sid } from "../../../src/kernel/ids.ts";
import type { Form } from "../contract/forms.ts";
import { Players } from "../support/players.ts";
import { type Part, playPart } from "./parts.ts";

const url = new URL("./part.js", import.meta.url);

/** Threads of caller, forwarder and server: 0 is the main one. */
const places: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [0, 0, 1],
  [0, 1, 1],
  [0, 1, 2],
  [1, 0, 0],
  [1, 0, 2],
  [1, 1, 0],
  [1, 1, 2],
  [1, 2, 0],
  [1, 2, 2],
  [1, 2, 3],
];

describe("passing on", () => {
  const players = new Players<readonly Part[]>(url);

  for (const threads of places) {
    // Who shares a thread with another must not block it.
    const forms = (at: number): readonly Form[] =>
      threads.filter((thread) => thread === threads[at]).length > 1 ? ["await"] : ["await", "sync"];
    for (const callForm of forms(0))
      for (const passForm of forms(1))
        for (const serveForm of forms(2)) {
          const names = threads.map((thread) => (thread === 0 ? "main" : `worker ${thread}`)).join(" to ");
          test(`${names}, ${callForm} ${passForm} ${serveForm}`, { timeout: 60_000 }, async () => {
            const [inner, outer] = [Sid.random().words(), Sid.random().words()];
            const parts: readonly Part[] = [
              { part: "call", form: callForm, to: outer },
              { part: "pass", form: passForm, to: inner, own: outer },
              { part: "serve", form: serveForm, own: inner },
            ];
            const partsOf = (thread: number): readonly Part[] => parts.filter((_, at) => threads[at] === thread);
            const there = [...new Set(threads)].filter((thread) => thread > 0);
            await players.play(
              new Map(there.map((thread) => [String(thread), partsOf(thread)])),
              async () => await Promise.all(partsOf(0).map((part) => playPart(players.kernel, part))),
            );
          });
        }
  }
});
