import { test } from "node:test";

import * as a from "../../../src/kernel/archive/index.ts";

type Same<A, B> = [A, B] extends [B, A] ? true : false;

/** Compiles only if it is given `true`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is all that is given
function holds<_Claim extends true>(): void {}

const status = a.record({ ssid: a.option(a.text(32)), linkState: a.u16, since: a.u64, tags: a.list(a.text(8), 4) });
const state = a.variant({ idle: a.unit, up: status });
const colour = a.oneOf("red", "blue");

test("K16 a shape gives the type of its values", () => {
  type Status = {
    readonly ssid: string | undefined;
    readonly linkState: number;
    readonly since: bigint;
    readonly tags: readonly string[];
  };
  holds<Same<a.Infer<typeof status>, Status>>();
  holds<Same<a.Infer<typeof colour>, "red" | "blue">>();
  const value: a.Infer<typeof state> = { kind: "idle" };
  a.encodeNew(state, value);
  a.encodeNew(state, { kind: "up", value: { ssid: undefined, linkState: 1, since: 1n, tags: [] } });
  void ((): void => {
    // @ts-expect-error -- no such case
    a.encodeNew(state, { kind: "down" });
    // @ts-expect-error -- a case with a value must have one
    a.encodeNew(state, { kind: "up" });
    // @ts-expect-error -- a text is no number
    a.encodeNew(a.u8, "1");
    // @ts-expect-error -- a field is missing
    a.encodeNew(a.record({ x: a.u8, y: a.u8 }), { x: 1 });
    const decoded = a.decode(state, new Uint8Array());
    holds<Same<(typeof decoded)["kind"], "idle" | "up">>();
    if (decoded.kind === "up") holds<Same<typeof decoded.value, Status>>();
  });
});
