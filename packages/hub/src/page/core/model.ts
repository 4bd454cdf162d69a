import { type ReadonlySignal, signal } from "@preact/signals-core";

import type { Inbox } from "../../inbox/types.ts";
import { Backoff, pause } from "../../time.ts";
import { Api, Failure, type Fetch, isLoggedOut, isOffline, type Item, type MadeInbox, messageOf } from "./api.ts";
import { BellsView } from "./bells-view.ts";
import { InboxView } from "./inbox-view.ts";
import { SourceView } from "./source-view.ts";
import type { Powers } from "./stream.ts";

/** Who looks: not known yet (and why, if the hub cannot be reached), nobody, or who has the hub. */
type Visitor =
  | { readonly kind: "starting"; readonly trouble: string }
  | { readonly kind: "out"; readonly why: string }
  | { readonly kind: "in" };

interface World extends Powers {
  readonly fetch: Fetch;
  readonly memory: Memory;
  /** milliseconds since 1970 */
  readonly today: () => number;
  /** Items that arrived in the inbox of this name, the oldest first. */
  readonly told: (items: readonly Item[], inbox: string) => void;
}

/** What is looked at now. */
export interface View {
  readonly route: Route;
  readonly inbox: Inbox;
  readonly items: InboxView;
  readonly bells: BellsView;
  /** If the route is one. */
  readonly source: SourceView | undefined;
}

/** All that the page knows of the hub. */
export class Model {
  readonly api: Api;
  readonly seen: Seen;
  readonly #world: World;
  readonly #visitor = signal<Visitor>({ kind: "starting", trouble: "" });
  readonly #inboxes = signal<readonly Inbox[]>([]);
  readonly #sources = signal<readonly string[]>([]);
  readonly #made = signal<MadeInbox | undefined>(undefined);
  readonly #view = signal<View | undefined>(undefined);

  constructor(world: World) {
    this.#world = world;
    this.seen = new Seen(world.memory);
    this.api = new Api(world.fetch, () => {
      // Whoever never was in has no session to hear of.
      if (this.#visitor.value.kind === "in") this.#out("The session has ended.");
    });
  }

  get visitor(): ReadonlySignal<Visitor> {
    return this.#visitor;
  }

  get inboxes(): ReadonlySignal<readonly Inbox[]> {
    return this.#inboxes;
  }

  get sources(): ReadonlySignal<readonly string[]> {
    return this.#sources;
  }

  /** The inbox that was made last, until its keys were put away. */
  get made(): ReadonlySignal<MadeInbox | undefined> {
    return this.#made;
  }

  /** Undefined until somebody is in. */
  get view(): ReadonlySignal<View | undefined> {
    return this.#view;
  }

  /** Logs in if there is a code, and learns what there is; goes on trying as long as the hub cannot be reached. */
  async start(code: string | undefined, route: Route | undefined): Promise<void> {
    const { clock, random } = this.#world;
    const backoff = new Backoff({ firstMs: 500, maxMs: 10_000, random });
    let link = code;
    let flaw = "";
    for (;;) {
      try {
        if (link !== undefined) flaw = await this.#login(link);
        link = undefined;
        [this.#inboxes.value, this.#sources.value] = await Promise.all([this.api.inboxes(), this.api.sources()]);
        this.#visitor.value = { kind: "in" };
        return this.go(route);
      } catch (cause) {
        if (!isOffline(cause)) return this.#out(isLoggedOut(cause) ? flaw : messageOf(cause));
        this.#visitor.value = { kind: "starting", trouble: messageOf(cause) };
        await pause(clock, backoff.next(), new AbortController().signal);
      }
    }
  }

  /** Looks at something else; what is not there is the inbox that was looked at last. */
  go(wanted: Route | undefined): void {
    const last = this.#view.value;
    const named = wanted !== undefined && wanted.kind !== "source" ? wanted.inbox : this.#world.memory.get("inbox");
    const inboxes = this.#inboxes.value;
    const inbox =
      inboxes.find(({ name }) => name === named) ?? inboxes.find(({ id }) => id === last?.inbox.id) ?? inboxes[0];
    if (inbox === undefined) return this.#out("The hub has no inbox: make one with `doorbell inbox new NAME`.");
    const route = this.#known(wanted, inbox);
    const isSame = last?.inbox.id === inbox.id;
    const items = isSame ? last.items : this.#open(inbox);
    if (!isSame) last?.items[Symbol.dispose]();
    this.#world.memory.set("inbox", inbox.name);
    this.#view.value = {
      route,
      inbox,
      items,
      bells: isSame ? last.bells : new BellsView(this.api, inbox.id),
      source: this.#source(route, last),
    };
  }

  /** Asks for the inboxes anew: for how many items are new in those that are not looked at. */
  async refresh(): Promise<void> {
    if (this.#visitor.value.kind !== "in") return;
    try {
      this.#inboxes.value = await this.api.inboxes();
    } catch (cause) {
      // The streams say so when the hub is gone.
      if (!(cause instanceof Failure)) throw cause;
    }
  }

  async createInbox(name: string): Promise<void> {
    const made = await this.api.createInbox(name);
    this.#inboxes.value = [...this.#inboxes.value, made.inbox];
    this.#made.value = made;
    this.go({ kind: "bells", inbox: made.inbox.name });
  }

  /** The keys of the new inbox were seen: they are not shown again. */
  putAway(): void {
    this.#made.value = undefined;
  }

  async logout(): Promise<void> {
    await this.api.logout();
    this.#out("You are logged out.");
  }

  /** What waits for its next attempt tries now. */
  retry(): void {
    this.#view.value?.items.retry();
    this.#view.value?.source?.retry();
  }

  /** Why the code is no good; empty if it was. Whoever is logged in already can do without it. */
  async #login(code: string): Promise<string> {
    try {
      await this.api.login(code);
      return "";
    } catch (cause) {
      if (isOffline(cause)) throw cause;
      return messageOf(cause);
    }
  }

  #open(inbox: Inbox): InboxView {
    return new InboxView(this.api, inbox.id, this.#world, (items) => this.#world.told(items, inbox.name));
  }

  #source(route: Route, last: View | undefined): SourceView | undefined {
    if (route.kind === "source" && last?.source?.name === route.source) return last.source;
    last?.source?.[Symbol.dispose]();
    return route.kind === "source" ? new SourceView(this.api, route.source, this.#world, this.#world.today) : undefined;
  }

  #known(wanted: Route | undefined, inbox: Inbox): Route {
    if (wanted?.kind === "source" && this.#sources.value.includes(wanted.source)) return wanted;
    return { kind: wanted?.kind === "bells" ? "bells" : "items", inbox: inbox.name };
  }

  #out(why: string): void {
    this.#view.value?.items[Symbol.dispose]();
    this.#view.value?.source?.[Symbol.dispose]();
    this.#view.value = undefined;
    this.#made.value = undefined;
    this.#visitor.value = { kind: "out", why };
  }
}

/** What of the hub is looked at; it stands in the address behind the `#`, so that it can be gone back to. */
export type Route =
  | { readonly kind: "items"; readonly inbox: string }
  | { readonly kind: "bells"; readonly inbox: string }
  | { readonly kind: "source"; readonly source: string };

export function routeOf(hash: string): Route | undefined {
  const [, kind, name = ""] = /^#(items|bells|source)\/([\w-]{1,64})$/.exec(hash) ?? [];
  switch (kind) {
    case "items":
    case "bells":
      return { kind, inbox: name };
    case "source":
      return { kind, source: name };
    default:
      return undefined;
  }
}

export function hashOf(route: Route): string {
  return `#${route.kind}/${route.kind === "source" ? route.source : route.inbox}`;
}

/** What is kept in the browser from one visit to the next. Nothing of it is secret. */
interface Memory {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** How far each inbox was looked at. */
class Seen {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** How many items came since it was looked at last; what was there before the first visit is not new. */
  unseen(inbox: number, newest: number): number {
    const known = Number(this.#memory.get(`seen.${inbox}`) ?? Number.NaN);
    if (!Number.isSafeInteger(known) || known > newest) {
      this.saw(inbox, newest);
      return 0;
    }
    return newest - known;
  }

  saw(inbox: number, newest: number): void {
    this.#memory.set(`seen.${inbox}`, String(newest));
  }
}
