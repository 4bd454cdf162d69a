/** The other side of the bare ring. */
import { workerData } from "node:worker_threads";

import { areaOf, ringOf, What } from "../ring/layout.ts";
import { RingReader } from "../ring/reader.ts";
import { RingWriter } from "../ring/writer.ts";
import { ByHand } from "../values/by-hand.ts";

const { shared, spins } = workerData as { readonly shared: SharedArrayBuffer; readonly spins: boolean };
const reader = new RingReader(ringOf(shared, 0), spins);
const writer = new RingWriter(ringOf(shared, 1), spins);
const byHand = new ByHand(areaOf(shared));
/** Who takes numbers looks at them. */
let sum = 0;
for (;;) {
  let part = 0;
  reader.read((what, a, b, c, d) => {
    if (what === What.scalar) part += a + b + c + d;
    else if (what === What.call) writer.write(What.call, a, sum, 0, 0);
    else if (what === What.typed) byHand.read(a);
  });
  sum += part;
}
