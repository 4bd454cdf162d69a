import { type ReadonlySignal, signal } from "@preact/signals-core";

import type { Inbox } from "../../inbox/index.ts";
import { Backoff, pause } from "../../time/index.ts";
import { Api, type Fetch } from "./api.ts";
import { BellsView } from "./bells-view.ts";
import { Failure, isLoggedOut, isOffline, messageOf } from "./failure.ts";
import { InboxView } from "./inbox-view.ts";
import type { Powers } from "./powers.ts";
import type { Route } from "./route.ts";
import { SourceView } from "./source-view.ts";
import { type Memory, Seen } from "./unseen.ts";
import type { Item, MadeInbox } from "./wire.ts";

/** Who looks: not known yet (and why, if the hub cannot be reached), nobody, or who has the hub. */
export type Visitor =
  | { readonly kind: "starting"; readonly trouble: string }
  | { readonly kind: "out"; readonly why: string }
  | { readonly kind: "in" };

export interface World extends Powers {
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
