/** A thread on which bells hang. It ends when the thread that started it lets go of it. */
import { Kernel, KernelError, Sid, type SidWords } from "../../kernel/index.ts";
import { BellOpcode } from "../api.ts";
import { Bouncer } from "./bouncer.ts";
import { BellHost, type BellOrder, type BellSids } from "./host-api.ts";
import { Strange } from "./strange.ts";

const kernel = await Kernel.join();
const strange = new Strange(
  (text) => process.emitWarning(text, { type: "DoorbellWarning" }),
  () => performance.now(),
);
const host = await kernel.createServer(BellHost, {
  sid: Sid.from(kernel.data as SidWords),
  onDisconnect: () => host.destroy({ force: true }),
});

await host.serve({
  async hang({ value: order }) {
    try {
      return { kind: "hung", value: await hang(order) };
    } catch (error) {
      return { kind: "refused", value: error instanceof KernelError ? error.code : "InternalError" };
    }
  },
});
await kernel.leave();

async function hang(order: BellOrder): Promise<BellSids> {
  const main = await kernel.tryConnect(Sid.from(order.main));
  if (typeof main === "string") throw new KernelError(main, "Main ended before its bell was hung.");
  try {
    const server = await kernel.createServer({ queueMax: order.queueMax, recycle: true });
    try {
      const [ring, drop] = await Promise.all([
        server.narrow({ opcodes: [BellOpcode.Ring] }),
        server.narrow({ opcodes: [BellOpcode.Drop] }),
      ]);
      void new Bouncer(server, main, order, strange).run();
      return { ring: ring.sid.words(), drop: drop.sid.words() };
    } catch (error) {
      server.destroy();
      throw error;
    }
  } catch (error) {
    main.disconnect();
    throw error;
  }
}
