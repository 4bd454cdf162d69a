import { timingSafeEqual } from "node:crypto";

import { type Inbox, Key, RefusedError } from "../../inbox/index.ts";
import type { Store } from "../../store/index.ts";
import { type AccessIpc, denied } from "./access.ts";

/** What a credential opens: one inbox, or all. */
type Grant =
  | { readonly right: "read" | "manage"; readonly inbox: number }
  | { readonly right: "owner" | "session"; readonly inbox?: undefined };

/** An inbox, and whose credential opened it. */
export interface Granted {
  readonly inbox: Inbox;
  readonly credential: Key;
}

/** Who may do what. Whatever opens nothing, or not this, is refused in the same words. */
export class Rights {
  readonly #store: Store;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The inbox that may be read with this. */
  toRead(access: AccessIpc): Granted {
    return this.#toInbox(access, "read");
  }

  /** The inbox that may be managed with this. */
  toManage(access: AccessIpc): Granted {
    return this.#toInbox(access, "manage");
  }

  /** Lets the owner pass, and sessions of the page. */
  checkOwner(credential: string): void {
    const { right } = this.#grant(Key.parse(credential)) ?? {};
    if (right !== "owner" && right !== "session") throw denied();
  }

  /** Lets the owner's key pass alone: a session opens no other. */
  checkOwnerKey(credential: string): void {
    if (this.#grant(Key.parse(credential))?.right !== "owner") throw denied();
  }

  /** The number of the one inbox that it opens; nothing if it opens all. */
  onlyInbox(credential: string): number | undefined {
    const grant = this.#grant(Key.parse(credential));
    if (grant === undefined) throw denied();
    return grant.inbox;
  }

  /** Whether it is the token of a session that has not ended. */
  isSession(token: string): boolean {
    return this.#grant(Key.parse(token))?.right === "session";
  }

  /** Whether it opens anything still. */
  holds(credential: Key): boolean {
    return this.#grant(credential) !== undefined;
  }

  #toInbox({ credential, inbox: asked }: AccessIpc, right: "read" | "manage"): Granted {
    const key = Key.parse(credential);
    const grant = this.#grant(key);
    if (key === undefined || grant === undefined) throw denied();
    if (grant.inbox !== undefined) {
      const inbox = grant.right === right ? this.#store.inboxes.inbox(grant.inbox) : undefined;
      if (inbox === undefined || (asked !== undefined && asked !== inbox.id)) throw denied();
      return { inbox, credential: key };
    }
    if (asked === undefined)
      throw new RefusedError({ code: "InvalidArgument", message: "that key opens all inboxes: say which one" });
    const inbox = Number.isSafeInteger(asked) ? this.#store.inboxes.inbox(asked) : undefined;
    if (inbox === undefined) throw new RefusedError({ code: "NotFound", message: `there is no inbox ${asked}` });
    return { inbox, credential: key };
  }

  /** What a key opens. It is looked for by its hash, whose bytes tell nothing of its own. */
  #grant(key: Key | undefined): Grant | undefined {
    if (key === undefined || key.kind === "bell") return undefined;
    const hash = key.hash();
    if (key.kind === "owner") {
      const { ownerHash } = this.#store;
      return ownerHash !== undefined && timingSafeEqual(ownerHash, hash) ? { right: "owner" } : undefined;
    }
    if (key.kind === "session")
      return this.#store.sessions.isValid(hash, this.#now()) ? { right: "session" } : undefined;
    const found = this.#store.inboxes.inboxByKey(hash);
    return found?.right === key.kind ? found : undefined;
  }
}
