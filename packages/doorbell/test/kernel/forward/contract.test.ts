/** K20 to K22 over every way in which caller, forwarder and server can be spread over threads, blocking and awaiting. */
import { after, before, describe, test } from "node:test";

import { Kernel, Sid } from "../../../src/kernel/index.ts";
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
  let kernel: Kernel;
  let players: Players<readonly Part[]>;
  before(async () => {
    kernel = await Kernel.start();
    players = new Players(kernel, url);
  });
  after(async () => {
    await players[Symbol.asyncDispose]();
    await kernel.leave();
  });
  const endPlayers = async (error: unknown): Promise<never> => {
    await players[Symbol.asyncDispose]();
    throw error;
  };

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
            await players.start(...threads.filter((thread) => thread > 0).map(String));
            const played = Promise.all(
              [...new Set(threads)].map((thread) =>
                run(
                  thread,
                  parts.filter((_, at) => threads[at] === thread),
                ),
              ),
            );
            await played.catch(endPlayers);
          });
        }
  }

  async function run(thread: number, parts: readonly Part[]): Promise<void> {
    if (thread === 0) await Promise.all(parts.map((part) => playPart(kernel, part)));
    else await players.play(String(thread), parts);
  }
});
