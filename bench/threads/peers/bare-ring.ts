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
for (;;) {
  reader.read((what, a) => {
    if (what === What.call) writer.write(What.call, a, 0, 0, 0);
    else if (what === What.typed) byHand.read(a);
  });
}
