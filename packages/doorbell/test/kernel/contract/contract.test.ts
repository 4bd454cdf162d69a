import { after, before, describe, test } from "node:test";

import { Kernel, Sid, type SidWords } from "../../../src/kernel/index.ts";
import { Players } from "../support/players.ts";
import type { Form } from "./forms.ts";
import { play, type Role } from "./play.ts";
import { scenarios } from "./scenarios.ts";

const roleUrl = new URL("./role.js", import.meta.url);
/** Which end is in a worker, and how each may wait. */
const pairs: readonly {
  readonly name: string;
  readonly serve: "main" | "worker";
  readonly use: "main" | "worker";
  readonly forms: readonly (readonly [Form, Form])[];
}[] = [
  {
    name: "main to worker",
    use: "main",
    serve: "worker",
    forms: [
      ["await", "await"],
      ["sync", "sync"],
      ["sync", "await"],
      ["await", "sync"],
    ],
  },
  {
    name: "worker to main",
    use: "worker",
    serve: "main",
    forms: [
      ["await", "await"],
      ["sync", "sync"],
      ["sync", "await"],
      ["await", "sync"],
    ],
  },
  {
    name: "worker to worker",
    use: "worker",
    serve: "worker",
    forms: [
      ["await", "await"],
      ["sync", "sync"],
      ["sync", "await"],
      ["await", "sync"],
    ],
  },
  { name: "same thread", use: "main", serve: "main", forms: [["await", "await"]] },
];

/** These make a blocking call in one end; in one thread that is refused, and has a test of its own. */
const blocksItself = new Set([
  "K13 answers may be given later, in any order",
  "K8 a call that timed out is no other call's answer",
  "K17 destroying refuses while answers are owed; by force, those who wait fail",
]);

describe("the kernel's contract", () => {
  let kernel: Kernel;
  let players: Players<{ readonly role: Role; readonly sid: SidWords }>;
  before(async () => {
    kernel = await Kernel.start();
    players = new Players(kernel, roleUrl);
  });
  after(async () => {
    await players[Symbol.asyncDispose]();
    await kernel.leave();
  });
  const endPlayers = async (error: unknown): Promise<never> => {
    await players[Symbol.asyncDispose]();
    throw error;
  };

  for (const { name, use, serve, forms } of pairs) {
    for (const [useForm, serveForm] of forms) {
      describe(`${name}, ${useForm} calls, ${serveForm} server`, () => {
        for (const scenario of Object.keys(scenarios)) {
          if (name === "same thread" && blocksItself.has(scenario)) continue;
          test(scenario, { timeout: 60_000 }, async () => {
            const sid = Sid.random();
            if (serve === "worker") await players.start("serve");
            if (use === "worker") await players.start("use");
            const played = Promise.all([
              run(serve, sid, { scenario, end: "serve", form: serveForm }),
              run(use, sid, { scenario, end: "use", form: useForm }),
            ]);
            await played.catch(endPlayers);
          });
        }
      });
    }
  }

  async function run(where: "main" | "worker", sid: Sid, role: Role): Promise<void> {
    if (where === "main") await play(kernel, sid, role);
    else await players.play(role.end, { role, sid: sid.words() });
  }
});
