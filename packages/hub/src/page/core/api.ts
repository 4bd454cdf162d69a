import type { Bell, BellLimits, Inbox } from "../../inbox/types.ts";

/** How long the hub may take to answer. */
const ANSWER_WITHIN_MS = 20_000;

export type NewBell = Partial<BellLimits> & { readonly label: string };

/** What may be changed of a bell. */
export type BellChange = Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean };

/** Which items are wanted: the newest, those before a number, those that have a text. */
interface ItemQuery {
  readonly before?: number;
  readonly search?: string;
  readonly limit?: number;
}

/** What of a browser's `fetch` is used. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export type Fetch = (path: string, options: RequestOptions) => Promise<Response>;

/** The hub's HTTP API, as the page uses it: by its cookie. Whatever fails rejects with `Failure`. */
export class Api {
  readonly #fetch: Fetch;
  /** Called when the hub says that nobody is logged in. */
  readonly #loggedOut: () => void;

  constructor(fetch: Fetch, loggedOut: () => void = () => {}) {
    this.#fetch = fetch;
    this.#loggedOut = loggedOut;
  }

  async login(code: string): Promise<void> {
    await this.#call("POST", "/v1/login", { code });
  }

  async logout(): Promise<void> {
    await this.#call("POST", "/v1/logout");
  }

  async inboxes(): Promise<readonly Inbox[]> {
    return (await this.#call<{ readonly inboxes: readonly Inbox[] }>("GET", "/v1/inboxes")).inboxes;
  }

  createInbox(name: string): Promise<MadeInbox> {
    return this.#call("POST", "/v1/inboxes", { name });
  }

  /** Gives a page of items. The hub ends a search when `signal` is aborted. */
  items(inbox: number, { before, search, limit = 50 }: ItemQuery = {}, signal?: AbortSignal): Promise<Page> {
    return this.#call("GET", `/v1/items?${query({ inbox, limit, before, search })}`, undefined, signal);
  }

  async bells(inbox: number): Promise<readonly Bell[]> {
    return (await this.#call<{ readonly bells: readonly Bell[] }>("GET", `/v1/bells?${query({ inbox })}`)).bells;
  }

  bell(inbox: number, id: number): Promise<BellWithRings> {
    return this.#call("GET", `/v1/bells/${id}?${query({ inbox })}`);
  }

  createBell(inbox: number, bell: NewBell): Promise<MadeBell> {
    return this.#call("POST", `/v1/bells?${query({ inbox })}`, bell);
  }

  changeBell(inbox: number, id: number, change: BellChange): Promise<Bell> {
    return this.#call("PATCH", `/v1/bells/${id}?${query({ inbox })}`, change);
  }

  async revokeBell(inbox: number, id: number): Promise<void> {
    await this.#call("DELETE", `/v1/bells/${id}?${query({ inbox })}`);
  }

  async sources(): Promise<readonly string[]> {
    return (await this.#call<{ readonly sources: readonly string[] }>("GET", "/v1/sources")).sources;
  }

  async post(text: string): Promise<void> {
    await this.#call("POST", "/v1/ads", { text });
  }

  /** An answer that goes on: a stream of events. */
  async stream(path: string, signal: AbortSignal): Promise<Response> {
    return this.#answer(path, { headers: { accept: "text/event-stream" }, signal });
  }

  async #call<T>(method: string, path: string, body?: unknown, given?: AbortSignal): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const signal = given === undefined ? late : AbortSignal.any([late, given]);
    const response = await this.#answer(path, { method, headers, signal, ...content });
    if (response.status === 204) return undefined as T;
    return (await response.json().catch((cause: unknown) => {
      throw new Failure("Offline", "The hub's answer broke off.", { cause });
    })) as T;
  }

  async #answer(path: string, options: RequestOptions): Promise<Response> {
    const response = await this.#fetch(path, options).catch((cause: unknown) => {
      throw new Failure("Offline", "The hub cannot be reached.", { cause });
    });
    if (response.ok) return response;
    const said = (await response.json().catch(() => undefined)) as { readonly error?: unknown } | undefined;
    const message = typeof said?.error === "string" ? said.error : `The hub answered ${response.status}.`;
    if (response.status === 401) {
      this.#loggedOut();
      throw new Failure("LoggedOut", message);
    }
    // What stands between us and the hub answers these when the hub is down.
    throw new Failure([502, 503, 504].includes(response.status) ? "Offline" : "Refused", message);
  }
}

function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") given.append(name, String(value));
  return given.toString();
}

/** An item as the hub writes it in JSON; what it has not is left out. */
export interface Item {
  readonly sequence: number;
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  readonly bell: { readonly id: number; readonly label: string };
  readonly title?: string;
  readonly text: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly click?: string;
}

export interface Page {
  readonly items: readonly Item[];
  readonly more: boolean;
  readonly newest: number;
  readonly oldest: number;
  /** Where a search goes on that the hub ended at its deadline: the next `before`. */
  readonly next?: number;
}

export interface RingsOfHour {
  /** When the hour began: milliseconds since 1970. */
  readonly hour: number;
  readonly rings: number;
}

type BellWithRings = Bell & { readonly ringsByHour: readonly RingsOfHour[] };

/** A bell that was just made, and what rings it: told this once. */
export interface MadeBell {
  readonly bell: Bell;
  readonly address: string;
}

/** An inbox that was just made, and what opens it: told this once. */
export interface MadeInbox {
  readonly inbox: Inbox;
  readonly readingKey: string;
  readonly managingKey: string;
}

/** The item in a line of JSON; undefined if there is none, which a hub of another version may send. */
export function itemOf(json: string): Item | undefined {
  const value = parsed(json) as Partial<Item> | null | undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const { sequence, id, at, bell, text } = value;
  const isItem =
    Number.isSafeInteger(sequence) &&
    [id, at, text, bell?.label].every((field) => typeof field === "string") &&
    typeof bell?.id === "number";
  return isItem ? (value as Item) : undefined;
}

/** What a text of JSON says; undefined if it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * Why a call of the hub came to nothing:
 *
 * | code | |
 * |---|---|
 * | `Offline` | the hub was not reached: it may be down, or the way to it is |
 * | `LoggedOut` | nobody is logged in any more, or the link that should do it is no good |
 * | `Refused` | the hub says why in the message |
 */
type FailureCode = "Offline" | "LoggedOut" | "Refused";

/** A call of the hub that failed. Told apart by its code. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Failure";
    this.code = code;
  }
}

/** What to show of whatever was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether the hub could not be reached: it is worth trying again, and somebody else says so. */
export function isOffline(cause: unknown): boolean {
  return cause instanceof Failure && cause.code === "Offline";
}

/** Whether nobody is logged in. */
export function isLoggedOut(cause: unknown): boolean {
  return cause instanceof Failure && cause.code === "LoggedOut";
}
