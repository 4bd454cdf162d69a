/** One of several senders that take turns: each sends only once the one before it has finished. */
import { Sid, type SidWords } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const { sid, shared, place, places, last } = kernel.data as {
  readonly sid: SidWords;
  readonly shared: SharedArrayBuffer;
  readonly place: number;
  readonly places: number;
  readonly last: number;
};
/** Whose turn it is, and the number that is sent next. */
const turn = new Int32Array(shared);
const connection = await kernel.connect(Sid.from(sid));
for (;;) {
  const now = Atomics.load(turn, 0);
  if (now % places !== place) {
    Atomics.wait(turn, 0, now);
    continue;
  }
  const next = Atomics.load(turn, 1);
  if (next >= last) break;
  const many = 1 + (next % 3);
  for (let sent = 0; sent < many; sent += 1) connection.scalarSync(next + sent);
  Atomics.store(turn, 1, next + many);
  Atomics.add(turn, 0, 1);
  Atomics.notify(turn, 0);
}
Atomics.add(turn, 0, 1);
Atomics.notify(turn, 0);
connection.blockingScalarSync(0xffffffff);
