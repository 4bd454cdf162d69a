import assert from "node:assert/strict";

import type { HttpLimits } from "../../src/http/errors.ts";
import { type Hub, type HubEvent, startHub } from "../../src/hub.ts";
import type { BellLimits } from "../../src/inbox/types.ts";
import { keysToJson } from "../../src/keys-file.ts";
import { ask, type Ask, said } from "./asking.ts";

/** As often as a bell may be rung at all. */
const often = { perMinute: 1_000_000 } as const;

export interface HttpHubOptions {
  readonly limits?: Partial<HttpLimits>;
  /** Where it keeps what it has. @default in memory */
  readonly folder?: string;
  readonly port?: number;
  readonly url?: string;
}

/** What of an item is what was said. */
export interface Rung {
  readonly text: string;
  readonly title?: string;
  readonly priority: number;
  readonly tags?: readonly string[];
  readonly click?: string;
}

/** A whole hub in this process, reached over HTTP, with its real inboxes. */
export class HttpHub implements AsyncDisposable {
  readonly hub: Hub;
  readonly logged: HubEvent[];
  readonly owner: string;
  /** The keys of its first inbox. */
  readonly read: string;
  readonly manage: string;

  static async start({ folder, port = 0, url, limits }: HttpHubOptions = {}): Promise<HttpHub> {
    const logged: HubEvent[] = [];
    const hub = await startHub({
      listen: [],
      randomPerMinute: 0,
      network: false,
      ...(folder !== undefined && { store: { folder } }),
      http: { host: "127.0.0.1", port, ...(url !== undefined && { url }), ...(limits && { limits }) },
      log: (event) => void logged.push(event),
    });
    return new HttpHub(hub, logged);
  }

  private constructor(hub: Hub, logged: HubEvent[]) {
    this.hub = hub;
    this.logged = logged;
    const { owner, inboxes } = keysToJson(hub.keys);
    this.owner = owner;
    this.read = inboxes["me"]?.read ?? "";
    this.manage = inboxes["me"]?.manage ?? "";
  }

  get port(): number {
    return this.hub.http?.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  ask(path: string, asked: Ask = {}): Promise<Response> {
    return ask(path.startsWith("http") ? path : this.url + path, asked);
  }

  /** A new bell; gives its address, as a path. */
  async newBell(label = "test", limits: Partial<BellLimits> = often): Promise<string> {
    const { address } = await said(this.ask("/v1/bells", { key: this.manage, json: { label, ...limits } }));
    return new URL(String(address)).pathname;
  }

  /** The one item that is there after `ring`, as far as it is what was said. */
  async newItem(ring: () => Promise<unknown>): Promise<Rung> {
    const count = (await this.items()).length;
    await ring();
    const [item, ...more] = (await this.items()).slice(count);
    assert.ok(item !== undefined && more.length === 0, "not one item came of it");
    const { text, title, priority, tags, click } = item as unknown as Rung;
    return {
      text,
      priority,
      ...(title !== undefined && { title }),
      ...(tags !== undefined && { tags }),
      ...(click !== undefined && { click }),
    };
  }

  /** The texts of the inbox, the oldest first, in order of their numbers. */
  async texts(): Promise<readonly string[]> {
    return (await this.items()).map(({ text }) => text);
  }

  async items(): Promise<readonly { readonly sequence: number; readonly text: string; readonly title?: string }[]> {
    const items = [];
    for (let after = 0, more = true; more;) {
      const page = (await said(this.ask(`/v1/items?after=${after}&limit=100`, { key: this.read }))) as unknown as {
        readonly items: readonly { readonly sequence: number; readonly text: string }[];
        readonly more: boolean;
      };
      items.push(...page.items);
      after = page.items.at(-1)?.sequence ?? after;
      more = page.more;
    }
    return items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}
