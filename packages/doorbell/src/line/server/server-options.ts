import { checkOptions } from "../check-options.ts";
import { LineError } from "../errors.ts";
import type { CloseReason, Compat, Limits, OpenInbox, Refusal, Source } from "./core/index.ts";

export interface LineServerOptions {
  /** The sources that a client can ask for, by name. */
  readonly sources: Readonly<Record<string, Source>>;
  /**
   * Puts an ad on the board; the text has been checked. The client is told `OK` when it returns, or its promise
   * resolves. Without it, `post` is refused.
   */
  readonly post?: (text: string) => void | Promise<void>;
  /** Opens the inbox that a key is of, for a session that says `key <key>`. Without it, there is no such command. */
  readonly openInbox?: OpenInbox;
  /**
   * `"silent"`: a line that is no command gets no answer, as in the original servers. `"original"`: the same, and the
   * only commands are those of the how-to, `random?`, `classified?`, `notif` and `stop_notif`, without names; other
   * sources are neither given nor announced. Only `post` stays, as ads must come from somewhere. @default "answer"
   */
  readonly compat?: Compat;
  /** Each has a documented default. */
  readonly limits?: Partial<Limits>;
  /** Hears what an operator may want to know. Nothing that a client said is in it. */
  readonly log?: (event: ServerEvent) => void;
}

/** An event that an operator may want to know of. */
export type ServerEvent =
  | { readonly type: "closed"; readonly reason: CloseReason }
  | { readonly type: "refused"; readonly limit: Refusal | "handshake" }
  | { readonly type: "sourceFailed"; readonly cause: unknown }
  | { readonly type: "acceptFailed"; readonly cause: unknown };

const shapes = {
  sources: "object",
  post: "function",
  openInbox: "function",
  compat: "string",
  limits: "object",
  log: "function",
} as const satisfies Readonly<Record<keyof LineServerOptions, string>>;

/** @throws LineError `InvalidArgument`, naming the option */
export function checkServerOptions(options: LineServerOptions): void {
  checkOptions(options, shapes);
  if (options.sources === undefined)
    throw new LineError("InvalidArgument", "sources is missing: an object with a source for each name");
  for (const [name, source] of Object.entries(options.sources))
    if (typeof source?.subscribe !== "function" || typeof source.fetch !== "function")
      throw new LineError("InvalidArgument", `sources.${name} is no source: it has no subscribe() or no fetch()`);
  const { compat = "answer" } = options;
  if (!["answer", "silent", "original"].includes(compat))
    throw new LineError("InvalidArgument", `compat is "answer", "silent" or "original", not ${JSON.stringify(compat)}`);
}
