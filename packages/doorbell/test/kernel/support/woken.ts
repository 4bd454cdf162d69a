/**
 * A sleeping thread looks again by itself after four seconds. One that imports this does so much later: what comes within
 * {@link wokenMs} came by a wake-up, however busy the machine is. Each thread of such a test is to import it.
 */
import { deadline } from "@doorbell-js/test-support/until";

import { Wake } from "../../../src/kernel/ring/wake.ts";
import { lookAgainMs } from "../../../src/kernel/thread/sleeper.ts";

/** A hundred times what was seen; to be scaled as every deadline. */
export const wokenMs = 20_000;

const late = (ms: number | undefined): number | undefined => (ms === lookAgainMs ? deadline(1.5 * wokenMs) : ms);

const { park } = Wake.prototype;
Wake.prototype.park = function (ms) {
  park.call(this, late(ms) as number);
};

const { setTimeout } = globalThis;
globalThis.setTimeout = ((run: () => void, ms?: number) => setTimeout(run, late(ms))) as typeof setTimeout;
