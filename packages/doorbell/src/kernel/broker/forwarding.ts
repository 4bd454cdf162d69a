import { KernelError } from "../errors.ts";
import type { BrokerLanes, LanePowers } from "./lanes.ts";
import type { ToBroker } from "./protocol.ts";
import type { Threads } from "./threads.ts";

type Of<T extends ToBroker["type"]> = Extract<ToBroker, { type: T }>;

/** What the broker does for those who pass calls on. It gives nobody a right. */
export class BrokerForwarding {
  readonly #powers: LanePowers;
  readonly #lanes: BrokerLanes;
  readonly #threads: Threads;

  constructor(powers: LanePowers, lanes: BrokerLanes, threads: Threads) {
    this.#powers = powers;
    this.#lanes = lanes;
    this.#threads = threads;
  }

  /** Lays a lane between two threads that both have one to a third, which passes calls on. */
  introduce(from: number, { request, client, server }: Of<"introduce">): void {
    const known = client !== server && this.#lanes.have(from, client) && this.#lanes.have(from, server);
    if (!known || this.#threads.get(client)?.cutFrom.has(server) === true)
      return this.#powers.post(from, { type: "failed", request, code: "ServerNotFound", detail: "" });
    this.#lanes.introduce(client, server, (thread) => this.#threads.wakeOf(thread));
    return this.#powers.post(from, { type: "done", request });
  }

  /** What a thread tells another of a call. Whether it is true the other knows by the key. */
  passed(from: number, { peer, call, key, depth, holder }: Of<"passed">): void {
    for (const number of [call, key, depth, holder])
      if (typeof number !== "number") throw new KernelError("InvalidArgument", "A call is told of in numbers.");
    if (from !== peer && this.#lanes.have(from, peer))
      this.#powers.post(peer, { type: "passed", call, key, depth, holder });
  }
}
