/** A notifier on a thread of its own. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Subscribers, type SubscribersOptions } from "../../../src/push/notifier.ts";
import "../../kernel/support/woken.ts";
import { ticks, TickService } from "./ticks.ts";

/** What it is started with. */
export interface NotifierData {
  readonly sid: SidWords;
  readonly options?: SubscribersOptions;
  /** What every event carries. */
  readonly text: string;
}

const kernel = await Kernel.join();
const { sid, options, text } = kernel.data as NotifierData;
const net = await kernel.createServer(TickService, { sid: Sid.from(sid) });
const subscribers = new Subscribers(kernel, ticks, options);
let flooding = false;

const state = () => ({ number: subscribers.sequence, text });
const tell = async (): Promise<void> => await subscribers.notify({ number: subscribers.sequence + 1, text });

await net.serve({
  Subscribe: async (message) => await subscribers.add(message, state()),
  Unsubscribe: (message) => subscribers.remove(message),
  async notify({ words: [count] }) {
    for (let left = count; left > 0; left -= 1) await tell();
    return subscribers.sequence;
  },
  hurry({ words: [count] }) {
    for (let left = count; left > 0; left -= 1) void tell();
    return subscribers.sequence;
  },
  size: () => subscribers.size,
  late: () => subscribers.late,
  dropped: () => subscribers.dropped,
  async flood({ words: [on] }) {
    const was = flooding;
    flooding = on === 1;
    if (was) return;
    while (flooding) {
      void tell();
      await new Promise(setImmediate);
    }
  },
});
