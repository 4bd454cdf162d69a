import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { EventSourceMessage } from "eventsource-parser";

import type { Api } from "./api.ts";
import { messageOf } from "./failure.ts";
import { type Feed, arrived, emptyFeed, feedOf, missed, older, oldestOf } from "./feed.ts";
import type { Powers } from "./powers.ts";
import { matches } from "./search.ts";
import { Stream, type StreamState } from "./stream.ts";
import { type Item, type Page, itemOf, parsed } from "./wire.ts";

/** What arrives within so long is told of together. */
const TOGETHER_MS = 250;

/** What is looked for, and what was found so far. */
export interface Search {
  readonly text: string;
  /** Undefined while the hub looks. */
  readonly found: Feed | undefined;
}

/** One inbox as it is looked at: what was there, and what arrives. */
export class InboxView implements Disposable {
  readonly id: number;
  readonly #api: Api;
  readonly #powers: Powers;
  readonly #told: (items: readonly Item[]) => void;
  readonly #feed = signal<Feed>(emptyFeed);
  readonly #state = signal<StreamState>({ kind: "connecting", isAgain: false });
  readonly #search = signal<Search | undefined>(undefined);
  readonly #failure = signal("");
  readonly #isLoaded = signal(false);
  readonly #stream: Stream;
  /** Arrived, and not told of yet. */
  readonly #together: Item[] = [];

  /** `told` is called with what arrived, the oldest first. */
  constructor(api: Api, id: number, powers: Powers, told: (items: readonly Item[]) => void) {
    this.id = id;
    this.#api = api;
    this.#powers = powers;
    this.#told = told;
    this.#stream = new Stream({
      open: (signal) => this.#open(signal),
      event: (event) => this.#event(event),
      state: (state) => (this.#state.value = state),
      ...powers,
    });
  }

  get feed(): ReadonlySignal<Feed> {
    return this.#feed;
  }

  /** Whether the newest page is there. */
  get isLoaded(): ReadonlySignal<boolean> {
    return this.#isLoaded;
  }

  get state(): ReadonlySignal<StreamState> {
    return this.#state;
  }

  /** Undefined when nothing is looked for. */
  get search(): ReadonlySignal<Search | undefined> {
    return this.#search;
  }

  /** Why older items or what was looked for could not be had; empty if all is well. */
  get failure(): ReadonlySignal<string> {
    return this.#failure;
  }

  retry(): void {
    this.#stream.retry();
  }

  /** Older ones of what is shown. */
  async older(): Promise<void> {
    const search = this.#search.value;
    const shown = search === undefined ? this.#feed.value : search.found;
    if (shown === undefined) return;
    const page = await this.#page({ before: oldestOf(shown), search: search?.text ?? "" });
    if (page === undefined || this.#search.value?.text !== search?.text) return;
    if (search === undefined) this.#feed.value = older(this.#feed.value, page);
    else this.#found((found) => older(found, page));
  }

  /** Looks for a text; an empty one shows everything again. */
  async lookFor(text: string): Promise<void> {
    this.#failure.value = "";
    this.#search.value = text === "" ? undefined : { text, found: undefined };
    if (text === "") return;
    const page = await this.#page({ search: text });
    if (page !== undefined && this.#search.value?.text === text) this.#search.value = { text, found: feedOf(page) };
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  async #open(signal: AbortSignal): Promise<Response> {
    if (!this.#isLoaded.value) {
      this.#feed.value = feedOf(await this.#api.items(this.id));
      this.#isLoaded.value = true;
    }
    return this.#api.stream(`/v1/events?inbox=${this.id}&after=${this.#feed.value.newest}`, signal);
  }

  #event({ event, data }: EventSourceMessage): void {
    if (event === "item") this.#item(itemOf(data));
    // The hub has another store, and what is shown is not in it: all that is follows.
    if (event === "reset") this.#feed.value = emptyFeed;
    if (event === "gap") {
      const { from, to } = (parsed(data) ?? {}) as { readonly from?: number; readonly to?: number };
      if (from !== undefined && to !== undefined) this.#feed.value = missed(this.#feed.value, { from, to });
    }
  }

  #item(item: Item | undefined): void {
    if (item === undefined || item.sequence <= this.#feed.value.newest) return;
    this.#feed.value = arrived(this.#feed.value, item);
    if (matches(item, this.#search.value?.text ?? "")) this.#found((found) => arrived(found, item));
    if (this.#together.push(item) === 1)
      this.#powers.clock.after(TOGETHER_MS, () => this.#told(this.#together.splice(0)));
  }

  #found(change: (found: Feed) => Feed): void {
    const search = this.#search.value;
    if (search?.found !== undefined) this.#search.value = { ...search, found: change(search.found) };
  }

  async #page(query: { readonly before?: number; readonly search: string }): Promise<Page | undefined> {
    this.#failure.value = "";
    try {
      return await this.#api.items(this.id, query);
    } catch (cause) {
      this.#failure.value = messageOf(cause);
      return undefined;
    }
  }
}
