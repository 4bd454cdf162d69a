import { bareRing } from "./bare-ring.ts";
import { birpc } from "./birpc.ts";
import { broadcastChannel } from "./broadcast-channel.ts";
import { capnweb } from "./capnweb.ts";
import { comlink } from "./comlink.ts";
import type { Contestant } from "./contestant.ts";
import { doorbell } from "./doorbell.ts";
import { messagePort, packed } from "./message-port.ts";
import { msgpackr } from "./msgpackr.ts";
import { piscina } from "./piscina.ts";
import { syncMessagePort } from "./sync-message-port.ts";

export { type Contestant, inFlight } from "./contestant.ts";

/** Starts everybody; ours is the first. */
export async function contestants(): Promise<readonly Contestant[]> {
  return [
    await doorbell(true),
    await doorbell(false),
    await messagePort(),
    await packed(),
    await broadcastChannel(),
    await syncMessagePort(),
    await comlink(),
    await birpc(),
    await capnweb(),
    await piscina(),
    await msgpackr(),
    await bareRing(true),
    await bareRing(false),
  ];
}
