import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { EventSourceMessage } from "eventsource-parser";

import { type Api, type Item, itemOf, messageOf, type Page, parsed } from "./api.ts";
import { type Powers, Stream, type StreamState } from "./stream.ts";

/** What arrives within so long is told of together. */
const TOGETHER_MS = 250;

/** What is looked for, and what was found so far. */
interface Search {
  readonly text: string;
  /** Undefined until the hub has answered. */
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
  #looking = new AbortController();
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

  /** Adds older items to those that are shown. */
  async older(): Promise<void> {
    const search = this.#search.value;
    if (search === undefined) {
      const page = await this.#page({ before: beforeOf(this.#feed.value), search: "" });
      if (page !== undefined) this.#feed.value = older(this.#feed.value, page);
    } else if (search.found !== undefined) await this.#look(search.text, search.found);
  }

  /** Looks for a text; an empty one shows everything again. */
  async lookFor(text: string): Promise<void> {
    this.#failure.value = "";
    // The hub runs one search of a key at a time: the one before must not keep this one waiting.
    this.#looking.abort();
    this.#looking = new AbortController();
    this.#search.value = text === "" ? undefined : { text, found: undefined };
    if (text !== "") await this.#look(text);
  }

  /** Looks on until there is something more to show, or nothing more to look at. */
  async #look(text: string, from?: Feed): Promise<void> {
    const { signal } = this.#looking;
    for (let found = from; ;) {
      const before = found && beforeOf(found);
      const page = await this.#page({ search: text, ...(before !== undefined && { before }) }, signal);
      if (page === undefined || signal.aborted) return;
      found = found === undefined ? this.#sinceOf(text, page) : older(this.#search.value?.found ?? found, page);
      this.#search.value = { text, found };
      if (page.items.length > 0 || page.next === undefined) return;
    }
  }

  /** Makes a feed of the first page of a search, with what arrived while the hub looked. */
  #sinceOf(text: string, page: Page): Feed {
    const since = this.#feed.value.items.filter((item) => item.sequence > page.newest && matches(item, text));
    return since.toReversed().reduce(arrived, feedOf(page));
  }

  [Symbol.dispose](): void {
    this.#looking.abort();
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

  async #page(
    query: { readonly before?: number; readonly search: string },
    signal?: AbortSignal,
  ): Promise<Page | undefined> {
    this.#failure.value = "";
    try {
      return await this.#api.items(this.id, query, signal);
    } catch (cause) {
      if (signal?.aborted !== true) this.#failure.value = messageOf(cause);
      return undefined;
    }
  }
}

/** Of what arrives live so many are kept; those before them are fetched again when they are wanted. */
export const SHOWN_MAX: number = 500;

/** What is shown of an inbox: the newest first, each once. */
export interface Feed {
  readonly items: readonly Item[];
  /** Newest first as well. */
  readonly gaps: readonly Gap[];
  /** Whether the hub has older ones. */
  readonly more: boolean;
  /** What the hub is asked to go on after. */
  readonly newest: number;
  /** The number that a search has looked back to, where that is beyond the oldest item that it found. */
  readonly next: number | undefined;
}

/** Items that the hub let go of before they were seen. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export const emptyFeed: Feed = { items: [], gaps: [], more: false, newest: 0, next: undefined };

/** From the newest page on. */
export function feedOf({ items, more, newest, next }: Page): Feed {
  return { items, gaps: [], more, newest, next };
}

/** With an item that arrived. One that is there already changes nothing. */
export function arrived(feed: Feed, item: Item): Feed {
  if (item.sequence <= feed.newest) return feed;
  const items = [item, ...feed.items];
  const { sequence: newest } = item;
  if (items.length <= SHOWN_MAX) return { ...feed, items, newest };
  return { ...feed, items: items.slice(0, SHOWN_MAX), more: true, newest, next: undefined };
}

/** With a page of older items. */
export function older(feed: Feed, page: Page): Feed {
  const before = beforeOf(feed);
  const items = [...feed.items, ...page.items.filter(({ sequence }) => sequence < before)];
  return { ...feed, items, more: page.more, next: page.next };
}

/** Gives the number that older items come before. */
export function beforeOf({ items, newest, next }: Feed): number {
  return next ?? items.at(-1)?.sequence ?? newest + 1;
}

/** Without items that came and were gone before they could be read. */
export function missed(feed: Feed, gap: Gap): Feed {
  if (gap.to <= feed.newest || gap.to < gap.from) return feed;
  const from = Math.max(gap.from, feed.newest + 1);
  return { ...feed, gaps: [{ from, to: gap.to }, ...feed.gaps], newest: gap.to };
}

/** What is shown, in order: items, and where some are missing. */
export function rows({ items, gaps }: Feed): readonly (Item | Gap)[] {
  const last = items.at(-1)?.sequence ?? 0;
  const numberOf = (row: Item | Gap): number => ("to" in row ? row.to : row.sequence);
  const shown = gaps.filter(({ to }) => items.length === 0 || to > last);
  return [...items, ...shown].toSorted((a, b) => numberOf(b) - numberOf(a));
}

/** Whether an item has a text, as the hub sees it: in title, text, tags or the bell's label, in either case. */
export function matches({ title = "", text, tags = [], bell }: Item, search: string): boolean {
  const wanted = search.toLowerCase();
  return [title, text, bell.label, ...tags].some((part) => part.toLowerCase().includes(wanted));
}
