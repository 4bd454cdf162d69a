import { startHub } from "../../src/hub.ts";
import { FakeClock } from "./fake-clock.ts";

/** The hub in this process, at a free port; a random number comes when the test says so. */
export interface LocalHub extends AsyncDisposable {
  readonly port: number;
  newNumber(): void;
}

export async function startLocalHub(): Promise<LocalHub> {
  const clock = new FakeClock();
  const hub = await startHub({ listen: [{ port: 0 }], randomPerMinute: 12, log: () => {}, clock });
  const [address] = hub.addresses;
  if (address === undefined || !("port" in address)) throw new Error("the hub listens at no port");
  return {
    port: address.port,
    newNumber: () => clock.skip(),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}
