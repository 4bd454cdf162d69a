import type { Bell, BellLimits, Inbox } from "../inbox/index.ts";
import { Exit, Failure } from "./failure.ts";
import { type HttpOptions, httpUrl } from "./http-address.ts";
import { request } from "./http-request.ts";
import { givenKey, type KeyOptions, keysOfFolder } from "./key-options.ts";

/** A hub by HTTP, for who has a key. */
export class HubApi {
  readonly #url: string;
  readonly #key: string;
  /** Whether the key opens all inboxes, so that it has to be said which is meant. */
  readonly #isOwner: boolean;

  /** With the key that was given, or the owner's of the data folder. */
  constructor(options: HttpOptions & KeyOptions) {
    this.#url = httpUrl(options);
    const key = givenKey(options) ?? keysOfFolder(options).owner;
    this.#key = key.text();
    this.#isOwner = key.kind === "owner";
  }

  async inboxes(): Promise<readonly Inbox[]> {
    const { inboxes } = await this.#ask<{ readonly inboxes: readonly Inbox[] }>("GET", "/v1/inboxes");
    return inboxes;
  }

  /** The one of this name; with a managing key, that which it is of. */
  async inbox(name: string): Promise<Inbox> {
    const inboxes = this.#isOwner ? await this.inboxes() : [await this.#ask<Inbox>("GET", "/v1/inbox")];
    const inbox = inboxes.find((each) => each.name === name);
    if (inbox !== undefined) return inbox;
    const there = inboxes.map((each) => each.name).join(", ");
    throw new Failure(Exit.Failed, `there is no inbox "${name}": there is ${there === "" ? "none" : there}`);
  }

  createInbox(
    name: string,
  ): Promise<{ readonly inbox: Inbox; readonly readingKey: string; readonly managingKey: string }> {
    return this.#ask("POST", "/v1/inboxes", { name });
  }

  async deleteInbox(inbox: Inbox): Promise<void> {
    await this.#ask("DELETE", `/v1/inboxes/${inbox.id}`);
  }

  async renewKey(inbox: Inbox, which: "read" | "manage"): Promise<string> {
    return (await this.#ask<{ readonly key: string }>("POST", this.#of(inbox, "/v1/inbox/keys"), { which })).key;
  }

  async bells(inbox: Inbox): Promise<readonly Bell[]> {
    return (await this.#ask<{ readonly bells: readonly Bell[] }>("GET", this.#of(inbox, "/v1/bells"))).bells;
  }

  bell(
    inbox: Inbox,
    id: number,
  ): Promise<Bell & { readonly ringsByHour: readonly { readonly hour: number; readonly rings: number }[] }> {
    return this.#ask("GET", this.#of(inbox, `/v1/bells/${id}`));
  }

  createBell(
    inbox: Inbox,
    bell: { readonly label: string } & Partial<BellLimits>,
  ): Promise<{ readonly bell: Bell; readonly address: string }> {
    return this.#ask("POST", this.#of(inbox, "/v1/bells"), bell);
  }

  changeBell(
    inbox: Inbox,
    id: number,
    change: Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean },
  ): Promise<Bell> {
    return this.#ask("PATCH", this.#of(inbox, `/v1/bells/${id}`), change);
  }

  async revokeBell(inbox: Inbox, id: number): Promise<void> {
    await this.#ask("DELETE", this.#of(inbox, `/v1/bells/${id}`));
  }

  /** An address that logs in to the page, once. */
  async link(): Promise<string> {
    return (await this.#ask<{ readonly url: string }>("POST", "/v1/links")).url;
  }

  #of({ id }: Inbox, path: string): string {
    return this.#isOwner ? `${path}?inbox=${id}` : path;
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const { value } = await request(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (value === undefined && method !== "DELETE")
      throw new Failure(Exit.Failed, `what answers at ${new URL(this.#url).host} is no hub: its answer is no JSON`);
    return value as T;
  }
}
