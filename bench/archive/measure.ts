import assert from "node:assert/strict";

import type { Figure, Plan, Series } from "../line/run/figure.ts";
import { type Contender, contenders } from "./contenders.ts";
import type { Job } from "./values.ts";

/** Round trips of one value by every contender in turn, round after round. All must give back what was put in. */
export function measure(job: Job, { rounds, ms, warmUpMs }: Plan): Figure {
  const all = contenders(job).map((contender) => ({ contender, values: [] as number[] }));
  for (const { contender } of all) {
    assert.deepEqual(plain(contender.roundTrip()), plain(job.value), `${contender.peer} gives something else back`);
    perSecond(contender, warmUpMs);
  }
  for (let round = 0; round < rounds; round += 1)
    for (const { contender, values } of all) values.push(perSecond(contender, ms));
  return {
    group: "round trip",
    name: job.name,
    unit: "/s",
    series: all.map(({ contender: { peer, bytes }, values }): Series => ({
      peer,
      values,
      ...(bytes === undefined ? {} : { bytes }),
    })),
    targets: ["cbor-x", "msgpackr"].map((peer) => ({ peer, ratioMin: job.ratioMin })),
  };
}

function perSecond({ roundTrip }: Contender, ms: number): number {
  const began = process.hrtime.bigint();
  const end = began + BigInt(ms) * 1_000_000n;
  let count = 0;
  let now = began;
  while (now < end) {
    for (let index = 0; index < 16; index += 1) roundTrip();
    count += 16;
    now = process.hrtime.bigint();
  }
  return (count * 1e9) / Number(now - began);
}

/** Libraries give bytes as a `Buffer`; and whether a missing property is there as `undefined` is no matter here. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner instanceof Uint8Array) return [...inner];
      const buffer = inner as { type?: unknown; data?: unknown } | null | undefined;
      return buffer?.type === "Buffer" ? buffer.data : inner;
    }),
  );
}
