import { type Contestant, inFlight } from "../contestants/index.ts";
import { readingOf } from "../values/reading.ts";
import type { Figure, Target, Turn } from "./figure.ts";

type Run = (count: number) => Promise<void>;

/** How many a second: first it is found out how many take as long as a round shall, then each round has so many. */
function rateTurn(who: string, run: Run, roundMs: number): Turn {
  let count = 100;
  return {
    who,
    async warmUp() {
      let took = 0;
      for (; took < roundMs / 4; count *= 2) took = await timed(run, count);
      // By now it is compiled, or soon will be: its pace is taken anew from a whole round.
      for (let again = 0; again < 2; again += 1) {
        took = await timed(run, count);
        count = Math.max(1, Math.ceil((count * roundMs) / took));
      }
    },
    measure: async () => [(count / (await timed(run, count))) * 1_000],
    count: () => count,
  };
}

async function timed(run: Run, count: number): Promise<number> {
  const before = performance.now();
  await run(count);
  return performance.now() - before;
}

const port = "MessagePort";
const ring = "bare ring, spinning 28 us";

/** How much passes in a second. */
export function rates(all: readonly Contestant[], roundMs: number): readonly Figure[] {
  const figure = (name: string, of: (one: Contestant) => Run | undefined, targets: readonly Target[]): Figure => ({
    rows: [{ name, unit: "/s", targets }],
    turns: all.flatMap((one) => {
      const run = of(one);
      return run === undefined ? [] : [rateTurn(one.name, run, roundMs)];
    }),
  });
  const sizes = [
    { bytes: 1_024, size: "1 KiB", typedMin: 2 },
    { bytes: 65_536, size: "64 KiB", typedMin: 1.3 },
    { bytes: 2 ** 20, size: "1 MiB" },
  ];
  return [
    figure("scalars one way, one by one", ({ oneWay }) => oneWay, [
      { against: port, atLeast: 8 },
      { against: ring, atLeast: 0.4 },
    ]),
    figure("scalars one way, batches of 64", ({ batches }) => batches, [
      { atLeast: 20e6 },
      { against: ring, atLeast: 0.4 },
    ]),
    figure("blocking calls, back to back", ({ callSync }) => callSync && blocking(callSync), []),
    figure("awaited calls, one at a time", ({ call }) => call && awaited(call), [{ against: port, atLeast: 1 }]),
    figure("awaited calls, 100 on their way", ({ call }) => call && piped(call), [{ against: "birpc", atLeast: 5 }]),
    ...sizes.flatMap(({ bytes, size }) => [
      figure(`moved ${size}, fresh`, ({ moved }) => moved && (async (count) => await moved(count, bytes)), [
        { against: port, atLeast: 1 },
      ]),
      movedAgain(all, size, bytes, roundMs),
    ]),
    ...sizes.flatMap(({ bytes, size, typedMin }) => {
      if (typedMin === undefined) return [];
      const reading = readingOf(bytes);
      const of = ({ typed }: Contestant): Run | undefined => typed && (async (count) => await typed(count, reading));
      return [figure(`typed values of ${size}`, of, [{ against: "msgpackr, transferred", atLeast: typedMin }])];
    }),
  ];
}

/** Memory that is sent again, next to a transfer of fresh memory as well. */
function movedAgain(all: readonly Contestant[], size: string, bytes: number, roundMs: number): Figure {
  const turns = all.flatMap(({ name, moved, movedAgain: again }) => [
    ...(again === undefined ? [] : [rateTurn(name, async (count) => await again(count, bytes), roundMs)]),
    ...(moved === undefined || name !== port
      ? []
      : [rateTurn(`${port}, fresh`, async (count) => await moved(count, bytes), roundMs)]),
  ]);
  return {
    rows: [{ name: `moved ${size}, sent again`, unit: "/s", targets: [{ against: `${port}, fresh`, atLeast: 2 }] }],
    turns,
  };
}

function blocking(call: (number: number) => void): Run {
  return async (count) => {
    for (let one = 0; one < count; one += 1) call(one);
    await Promise.resolve();
  };
}

function awaited(call: (number: number) => Promise<unknown>): Run {
  return async (count) => {
    for (let one = 0; one < count; one += 1) await call(one);
  };
}

function piped(call: (number: number) => Promise<unknown>): Run {
  return async (count) => {
    for (let begun = 0; begun < count; begun += inFlight) {
      const several = Math.min(inFlight, count - begun);
      await Promise.all(Array.from({ length: several }, async (_, at) => await call(begun + at)));
    }
  };
}
