import { type ReadonlySignal, signal } from "@preact/signals-core";

import { type Api, parsed } from "./api.ts";
import { type Powers, Stream, type StreamState } from "./stream.ts";

/** Of a source so many lines are shown. */
export const LINES_MAX: number = 100;

/** A line of a source, and when it came here. */
interface SourceLine {
  /** 1, 2, 3 … as they came */
  readonly key: number;
  readonly text: string;
  /** milliseconds since 1970 */
  readonly at: number;
}

/** One of the hub's other sources as it is looked at. */
export class SourceView implements Disposable {
  readonly name: string;
  readonly #lines = signal<readonly SourceLine[]>([]);
  readonly #state = signal<StreamState>({ kind: "connecting", isAgain: false });
  readonly #stream: Stream;
  #count = 0;
  #after: string | undefined;

  /** `today` gives the time in milliseconds since 1970. */
  constructor(api: Api, name: string, powers: Powers, today: () => number) {
    this.name = name;
    this.#stream = new Stream({
      open: (signal) =>
        api.stream(`/v1/sources/${name}/events${this.#after === undefined ? "" : `?after=${this.#after}`}`, signal),
      event: ({ event, id, data }) => {
        const { text } = (parsed(data) ?? {}) as { readonly text?: unknown };
        if (event !== "line" || typeof text !== "string") return;
        this.#after = id;
        this.#count += 1;
        const line = { key: this.#count, text, at: today() };
        this.#lines.value = [line, ...this.#lines.value.slice(0, LINES_MAX - 1)];
      },
      state: (state) => (this.#state.value = state),
      ...powers,
    });
  }

  /** The newest first. */
  get lines(): ReadonlySignal<readonly SourceLine[]> {
    return this.#lines;
  }

  get state(): ReadonlySignal<StreamState> {
    return this.#state;
  }

  retry(): void {
    this.#stream.retry();
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }
}

/** The interfaces in a line of the source `network`; undefined if it is not understood. */
export function interfacesOf(line: string): readonly Interface[] | undefined {
  const value = parsed(line) as { readonly interfaces?: unknown } | null | undefined;
  if (!Array.isArray(value?.interfaces)) return undefined;
  return value.interfaces.map(({ ifname, linkState, ssid, ipv4, ipv6 }) => ({
    name: String(ifname),
    state: linkState === "up" || linkState === "off" ? linkState : "noCarrier",
    ssid: typeof ssid === "string" ? ssid : null,
    addresses: [...list(ipv4), ...list(ipv6)],
  }));
}

/** An interface of the hub's machine, as it is shown. */
interface Interface {
  readonly name: string;
  readonly state: "up" | "noCarrier" | "off";
  readonly ssid: string | null;
  readonly addresses: readonly string[];
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
