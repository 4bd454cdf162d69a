import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import type { NetworkState, WlanStatus } from "../../src/network/state.ts";
import { type NetworkEvent, type NetworkWatcher, watchNetwork } from "../../src/network/watcher.ts";
import { MockBackend, settled, status } from "./mock-backend.ts";

export const DEBOUNCE_MS: number = 300;
export const wifi: WlanStatus = status("wlan0", { ssid: "home", wireless: true });

export const log = (): void => {};

interface Watched {
  readonly clock: FakeClock;
  readonly manager: MockBackend;
  readonly kernel: MockBackend;
  readonly poll: MockBackend;
  readonly watcher: NetworkWatcher;
  readonly seen: NetworkState[];
  readonly events: string[];
  pass(ms: number): Promise<void>;
}

/** A watcher over three mocks of back ends, on a fake clock. */
export async function watching(
  missing: { readonly manager?: string; readonly kernel?: string } = {},
): Promise<Watched> {
  const clock = new FakeClock();
  const manager = new MockBackend("networkmanager", [wifi], missing.manager);
  const kernel = new MockBackend("rtnetlink", [status("wlan0")], missing.kernel);
  const poll = new MockBackend("poll", [status("wlan0")]);
  const events: string[] = [];
  const told = (event: NetworkEvent): string => {
    if (event.type === "backendOpened") return `${event.backend} opened`;
    return `${event.type === "backendFailed" ? event.backend : "a listener"}: ${(event.cause as Error).message}`;
  };
  const watcher = await watchNetwork({
    clock,
    backends: [manager, kernel, poll],
    debounceMs: DEBOUNCE_MS,
    random: () => 1,
    log: (event) => events.push(told(event)),
  });
  const seen: NetworkState[] = [];
  watcher.onChange((state) => seen.push(state));
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  return { clock, manager, kernel, poll, watcher, seen, events, pass };
}
