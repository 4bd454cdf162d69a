import type { Backend, BackendHost, BackendName, NetworkState, WlanStatus } from "../../src/network/state.ts";

/** A status with what a test does not care for filled in. */
export function status(ifname: string, of: Partial<WlanStatus> = {}): WlanStatus {
  return { ifname, ssid: null, linkState: "up", ipv4: [], ipv6: [], wireless: false, ...of };
}

/** A mock of a back end: it is there when the test says so, and tells what the test says. */
export class MockBackend implements Backend {
  readonly name: BackendName;
  /** Why it cannot be had, if it cannot. */
  missing: string | undefined;
  state: NetworkState;
  /** What reading waits for. */
  reading: Promise<void> = Promise.resolve();
  /** What opening waits for, unless it is given up. */
  opening: Promise<void> = Promise.resolve();
  opened = 0;
  closed = 0;
  reads = 0;
  #host: BackendHost | undefined;

  constructor(name: BackendName, state: NetworkState = [], missing?: string) {
    this.name = name;
    this.state = state;
    this.missing = missing;
  }

  async open(host: BackendHost): ReturnType<Backend["open"]> {
    let abort = (): void => {};
    const aborted = new Promise<void>((resolve) => (abort = resolve));
    host.signal.addEventListener("abort", abort);
    await Promise.race([this.opening, aborted]);
    host.signal.removeEventListener("abort", abort);
    host.signal.throwIfAborted();
    if (this.missing !== undefined) throw new Error(this.missing);
    this.opened += 1;
    this.#host = host;
    return {
      read: async () => {
        this.reads += 1;
        const { state } = this;
        await this.reading;
        if (this.missing !== undefined) throw new Error(this.missing);
        return state;
      },
      [Symbol.asyncDispose]: async () => {
        this.closed += 1;
      },
    };
  }

  /** The state is another, and it says that something changed. */
  change(...state: WlanStatus[]): void {
    this.state = state;
    this.#host?.changed();
  }

  /** It is gone, until the test brings it back. */
  die(why: string): void {
    this.missing = why;
    this.#host?.died(new Error(why));
  }

  /** Lets a host that is not its own any more hear something: nobody is to listen. */
  get host(): BackendHost | undefined {
    return this.#host;
  }
}

/** Resolves when everything that can go on without time or the outside has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
