import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { startHub } from "../../src/hub.ts";
import { CountedChance } from "./counted-chance.ts";

/**
 * The hub in this process, at a free port, where the network is no source; a random number comes when the test says so. It
 * costs a third of a hub in a process of its own, and is for tests that are about who talks to a hub.
 */
export interface LocalHub extends AsyncDisposable {
  readonly port: number;
  /** The options that bring a command to it. */
  readonly at: readonly string[];
  newNumber(): void;
}

export async function startLocalHub(): Promise<LocalHub> {
  const clock = new FakeClock();
  const chance = new CountedChance();
  const { random } = chance;
  const log = (): void => {};
  const hub = await startHub({ listen: [{ port: 0 }], randomPerMinute: 12, network: false, log, clock, random });
  const [address] = hub.addresses;
  if (address === undefined || !("port" in address)) throw new Error("the hub listens at no port");
  return {
    port: address.port,
    at: ["--port", String(address.port)],
    newNumber: () => chance.whenDrawn(() => clock.skip()),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}
