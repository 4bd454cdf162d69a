import type { Bell, BellLimits, Inbox, Retention } from "../inbox/types.ts";
import { type HttpOptions, httpUrl } from "./address.ts";
import { givenKey, type KeyOptions, keysOfFolder } from "./options.ts";
import { Exit, Failure } from "./output.ts";

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
    retention: Partial<Retention>,
  ): Promise<{ readonly inbox: Inbox; readonly readingKey: string; readonly managingKey: string }> {
    return this.#ask("POST", "/v1/inboxes", { name, retention });
  }

  changeInbox(
    inbox: Inbox,
    change: { readonly name?: string; readonly retention?: Partial<Retention> },
  ): Promise<Inbox> {
    return this.#ask("PATCH", this.#of(inbox, "/v1/inbox"), change);
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

/** How long a hub may take to answer. */
const DEADLINE_MS = 10_000;

/** As much of an answer as is read. */
const ANSWER_BYTES_MAX = 2 ** 22;

interface HttpRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON; `undefined` where there is none. */
  readonly value: unknown;
}

/**
 * Asks by HTTP. What is refused, or no answer at all, is a failure that names the place and nothing else of the address:
 * the rest may be a secret.
 */
export async function request(url: string, { method, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
  const where = new URL(url).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    text = await textOf(response);
  } catch (error) {
    throw new Failure(Exit.Unreachable, unreachable(error as Error, where));
  }
  const value = parse(text);
  if (response.ok) return { status: response.status, headers: response.headers, value };
  throw new Failure(Exit.Failed, refusal(response, value, where));
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the hub says of it, if a hub it is. */
function refusal({ status, headers }: Response, value: unknown, where: string): string {
  const { error } = (value ?? {}) as { readonly error?: unknown };
  if (typeof error !== "string") return `what answers at ${where} is no hub: it answers with ${status}`;
  const seconds = Number(headers.get("retry-after"));
  return `the hub answered: ${error}${status === 429 && seconds > 0 ? ` (again in ${seconds} s)` : ""}`;
}

function unreachable(error: Error, where: string): string {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  if (error.name === "TimeoutError") return `what listens at ${where} does not answer: is it a hub's HTTP?`;
  switch (cause.code) {
    case "ECONNREFUSED":
      return `no hub answers at ${where}: start one with "doorbell serve", or say where its HTTP is with --host, --http-port or --http-url`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `no address is known for ${where}`;
    default:
      // Of an address that it does not like, fetch would say all.
      return `${where} cannot be reached by HTTP: ${cause.code ?? (cause.message.includes("://") ? "" : cause.message)}`;
  }
}
