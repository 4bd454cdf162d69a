import { describe, test } from "node:test";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
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
  const players = new Players<{ readonly role: Role; readonly sid: SidWords }>(roleUrl);

  for (const { name, use, serve, forms } of pairs) {
    for (const [useForm, serveForm] of forms) {
      describe(`${name}, ${useForm} calls, ${serveForm} server`, () => {
        for (const scenario of Object.keys(scenarios)) {
          if (name === "same thread" && blocksItself.has(scenario)) continue;
          test(scenario, { timeout: 60_000 }, async () => {
            const sid = Sid.random();
            const ends = [
              { where: serve, role: { scenario, end: "serve", form: serveForm } },
              { where: use, role: { scenario, end: "use", form: useForm } },
            ] as const;
            const there = ends.filter(({ where }) => where === "worker");
            const here = ends.filter(({ where }) => where === "main");
            await players.play(
              new Map(there.map(({ role }) => [role.end, { role, sid: sid.words() }])),
              async () => await Promise.all(here.map(({ role }) => play(players.kernel, sid, role))),
            );
          });
        }
      });
    }
  }
});
