import type { Sid } from "../../../src/kernel/ids.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import { Caller, end, type Form } from "./forms.ts";
import { scenarios } from "./scenarios.ts";

/** One end of a scenario, in one form. */
export interface Role {
  readonly scenario: string;
  readonly end: "serve" | "use";
  readonly form: Form;
}

/** Plays it to its end. */
export async function play(kernel: Kernel, sid: Sid, role: Role): Promise<void> {
  const scenario = scenarios[role.scenario];
  if (scenario === undefined) throw new Error(`There is no scenario ${role.scenario}.`);
  if (role.end === "serve") {
    using server = await kernel.createServer({ sid, queueMax: scenario.queueMax ?? 128 });
    await scenario.serve(server, role.form, kernel);
    return;
  }
  using connection = await kernel.connect(sid, { timeoutMs: 20_000 });
  const caller = new Caller(connection, role.form);
  await scenario.use(caller, kernel);
  // A thread that ends takes what it sent and nobody received along: so the end is asked for, and answered.
  if (connection.alive) await caller.ask(end);
}
