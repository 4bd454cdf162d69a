import { areaBytes, areaOf, ringOf, sharedBytes, slots, What } from "../ring/layout.ts";
import { RingReader } from "../ring/reader.ts";
import { RingWriter } from "../ring/writer.ts";
import { ByHand } from "../values/by-hand.ts";
import { type Contestant, start } from "./contestant.ts";

/** The limit: a ring in shared memory, and nothing else. Both sides spin before they sleep, or sleep at once. */
export async function bareRing(spins: boolean): Promise<Contestant> {
  const shared = new SharedArrayBuffer(sharedBytes);
  const worker = await start("bare-ring", { workerData: { shared, spins } });
  const writer = new RingWriter(ringOf(shared, 0), spins);
  const reader = new RingReader(ringOf(shared, 1), spins);
  const area = areaOf(shared);
  const byHand = new ByHand(area);
  const callSync = (number: number): void => {
    writer.write(What.call, number, 0, 0, 0);
    reader.read(() => {});
  };
  /** Where the next bytes may be written: what was there is taken. */
  const place = (bytes: number): number => {
    const places = Math.min(slots, Math.floor(areaBytes / bytes));
    writer.waitUntilTaken(writer.published - places + 1);
    return (writer.published % places) * bytes;
  };
  const moved = async (count: number, bytes: number): Promise<void> => {
    const own = new Uint8Array(bytes);
    for (let sent = 0; sent < count; sent += 1) {
      own.fill(sent);
      const at = place(bytes);
      area.set(own, at);
      writer.write(What.move, at, bytes, 0, 0);
    }
    callSync(0);
    await Promise.resolve();
  };
  return {
    name: spins ? "bare ring, spinning 28 us" : "bare ring, waiting",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) writer.write(What.scalar, 1, 2, 3, 4);
      callSync(0);
      await Promise.resolve();
    },
    async batches(count) {
      const words = new Float64Array(64 * 4).fill(1);
      for (let sent = 0; sent < count; sent += 64) writer.writeAll(What.scalar, words);
      callSync(0);
      await Promise.resolve();
    },
    callSync,
    moved,
    movedAgain: moved,
    async typed(count, reading) {
      const bytes = 2 * byHand.write(reading, 0);
      for (let sent = 0; sent < count; sent += 1) {
        const at = place(bytes);
        byHand.write(reading, at);
        writer.write(What.typed, at, 0, 0, 0);
      }
      callSync(0);
      await Promise.resolve();
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
