/** A thread on which bells hang. It ends when the thread that started it lets go of it. */
import { Kernel, KernelError, Sid, type SidWords } from "../../kernel/index.ts";
import { BellOpcode } from "../api.ts";
import { Bouncer } from "./bouncer.ts";
import { BellHost, type BellOrder } from "./host-api.ts";
import { Strange } from "./strange.ts";

// No `await` at the top level: V8 aborts the whole program if a thread is ended as such a module begins (nodejs/node#62114).
void run();

async function run(): Promise<void> {
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
        return { kind: "hung", value: { ring: await hang(kernel, strange, order) } };
      } catch (error) {
        return { kind: "refused", value: error instanceof KernelError ? error.code : "InternalError" };
      }
    },
  });
  await kernel.leave();
}

/** Main is looked for, and the bell made, at the same time: each takes a question to the kernel. */
async function hang(kernel: Kernel, strange: Strange, order: BellOrder): Promise<SidWords> {
  const [main, made] = await Promise.allSettled([
    kernel.tryConnect(Sid.from(order.main)),
    kernel.createServer({ sid: Sid.from(order.drop), queueMax: order.queueMax, recycle: true }),
  ]);
  try {
    if (made.status === "rejected") throw made.reason;
    if (main.status === "rejected") throw main.reason;
    if (typeof main.value === "string") throw new KernelError(main.value, "Main ended before its bell was hung.");
    const ring = await made.value.narrow({ opcodes: [BellOpcode.Ring] });
    void new Bouncer(made.value, main.value, order, strange).run();
    return ring.sid.words();
  } catch (error) {
    if (made.status === "fulfilled") made.value.destroy();
    if (main.status === "fulfilled" && typeof main.value !== "string") main.value.disconnect();
    throw error;
  }
}
