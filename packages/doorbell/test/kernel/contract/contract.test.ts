import { after, before, describe, test } from "node:test";

import { Kernel, Sid } from "../../../src/kernel/index.ts";
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
  before(async () => void (kernel = await Kernel.start()));
  after(() => kernel.leave());

  for (const { name, use, serve, forms } of pairs) {
    for (const [useForm, serveForm] of forms) {
      describe(`${name}, ${useForm} calls, ${serveForm} server`, () => {
        for (const scenario of Object.keys(scenarios)) {
          if (name === "same thread" && blocksItself.has(scenario)) continue;
          test(scenario, { timeout: 60_000 }, async () => {
            const sid = Sid.random();
            await Promise.all([
              run(serve, sid, { scenario, end: "serve", form: serveForm }),
              run(use, sid, { scenario, end: "use", form: useForm }),
            ]);
          });
        }
      });
    }
  }

  async function run(where: "main" | "worker", sid: Sid, role: Role): Promise<void> {
    if (where === "main") return await play(kernel, sid, role);
    const thread = await kernel.spawn(roleUrl, { data: { role, sid: sid.words() } });
    return await new Promise((resolve, reject) => {
      thread.worker.on("error", reject);
      thread.exited.then((code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))), reject);
    });
  }
});
