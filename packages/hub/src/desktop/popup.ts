/** A pop-up: its shape, what a daemon is sent of it, what a daemon is asked and tells, and what can go wrong. */

import { printable } from "../printable.ts";

/** What is to pop up. Texts may be anybody's: they are made safe to show, and cut to a length that can be read. */
export interface Popup {
  /** What it belongs to, e.g. the name of a source. Pop-ups of one group that come too fast are summarised together. */
  readonly group: string;
  /**
   * Names the bubble: a later pop-up of the same name replaces it.
   *
   * @default one bubble for the whole group, always with its newest pop-up
   */
  readonly name?: string;
  /** the title: one line, cut after 100 characters */
  readonly summary: string;
  /** the text: up to 10 lines, cut after 400 characters */
  readonly body?: string;
  /** a name of the icon theme, or the absolute path of an image @default none */
  readonly icon?: string;
  /** @default "normal" */
  readonly urgency?: Urgency;
  /** e.g. `im.received` or `x-doorbell.random`: what people write the rules of their daemon for @default none */
  readonly category?: string;
  /** how long it stays; 0: until it is closed. Some daemons decide for themselves. @default the daemon's */
  readonly expireMs?: number;
  /** at most 4; not shown where the daemon has none */
  readonly actions?: readonly Action[];
}

/** Something that can be done about a pop-up. `default` is the click on the pop-up itself, and has no button. */
export interface Action {
  /** 1 to 64 visible ASCII characters */
  readonly key: string;
  /** what its button says */
  readonly label: string;
}

/** How much a person is to be disturbed. Daemons show what is low for a shorter time, and what is critical until it is closed. */
export type Urgency = "low" | "normal" | "critical";

/** @throws DesktopError `InvalidPopup` */
export function checkPopup({
  group,
  name,
  summary,
  body,
  icon,
  urgency,
  category,
  expireMs,
  actions = [],
}: Popup): void {
  for (const [what, text] of Object.entries({ group, summary }))
    check(typeof text === "string" && text !== "", `${what} is a text that is not empty`);
  for (const [what, text] of Object.entries({ name, body }))
    check(text === undefined || typeof text === "string", `${what} is a text`);
  check(
    icon === undefined || /^[^\p{Cc}]{1,1024}$/u.test(icon),
    "icon is a name or a path, of at most 1,024 characters",
  );
  check(urgency === undefined || /^(low|normal|critical)$/.test(urgency), "urgency is low, normal or critical");
  check(
    category === undefined || (category.length <= 128 && /^[\w-]+(\.[\w-]+)*$/.test(category)),
    "category is names with dots between them, of at most 128 characters",
  );
  check(
    expireMs === undefined || (Number.isInteger(expireMs) && expireMs >= 0 && expireMs <= INT32_MAX),
    `expireMs is a whole number from 0 to ${INT32_MAX}`,
  );
  check(actions.length <= ACTIONS_MAX, `at most ${ACTIONS_MAX} actions`);
  check(
    actions.every(({ key }) => /^[!-~]{1,64}$/.test(key)),
    "the key of an action is 1 to 64 visible ASCII characters",
  );
}

const ACTIONS_MAX = 4;
const INT32_MAX = 2 ** 31 - 1;

function check(holds: boolean, rule: string): void {
  if (!holds) throw new DesktopError("InvalidPopup", `a pop-up is not of its shape: ${rule}`);
}

/** What of a pop-up a daemon can show that has these capabilities. */
export function contentOf(popup: Popup, capabilities: ReadonlySet<string>): Content {
  const { summary, body = "", icon = "", urgency = "normal", category, expireMs = -1, actions = [] } = popup;
  return {
    summary: titleOf(summary),
    body: capabilities.has("body") ? bodyOf(body, capabilities.has("body-markup")) : "",
    icon,
    urgency,
    level: levels[urgency],
    category,
    expireMs,
    actions: capabilities.has("actions") ? actions.flatMap(({ key, label }) => [key, shownLine(label, LABEL_MAX)]) : [],
  };
}

/** What a daemon is sent of a pop-up. */
export interface Content {
  readonly summary: string;
  readonly body: string;
  readonly icon: string;
  readonly urgency: Urgency;
  /** 0 low, 1 normal, 2 critical */
  readonly level: number;
  readonly category: string | undefined;
  /** −1: as the daemon likes; 0: never */
  readonly expireMs: number;
  /** key, label, key, label … */
  readonly actions: readonly string[];
}

const levels: Readonly<Record<Urgency, number>> = { low: 0, normal: 1, critical: 2 };

const SUMMARY_MAX = 100;
const BODY_MAX = 400;
const LINES_MAX = 10;
const LABEL_MAX = 40;

/** A title is never markup. */
function titleOf(summary: string): string {
  return shownLine(summary, SUMMARY_MAX);
}

function bodyOf(body: string, isMarkup: boolean): string {
  const shown = shownLines(body, BODY_MAX, LINES_MAX);
  return isMarkup ? escapeMarkup(shown) : shown;
}

/**
 * One line of anybody's text, safe to show: what acts on a display, hides or reorders text is spelled out, and the text
 * is cut after so many characters.
 */
export function shownLine(text: string, charactersMax: number): string {
  // What is cut off anyway need not be looked at: an item can be long. A surrogate without its other half is no text.
  const safe = printable(text.slice(0, 2 * charactersMax + 2)).replaceAll(/\p{Surrogate}/gu, "\ufffd");
  const characters = Array.from(safe);
  if (characters.length <= charactersMax) return safe;
  return `${characters.slice(0, charactersMax - 1).join("")}…`;
}

/** The same for several lines: what the text has after the last that is shown is left out. */
export function shownLines(text: string, charactersMax: number, linesMax: number): string {
  const lines = text.split("\n", linesMax + 1);
  const shown: string[] = [];
  let left = charactersMax;
  for (const line of lines.slice(0, linesMax)) {
    if (left <= 0) break;
    const cut = shownLine(line, left);
    left -= Array.from(cut).length;
    shown.push(cut);
  }
  if (shown.length < lines.length) shown.push("…");
  return shown.join("\n");
}

/** Text as it stands in the markup that daemons read: nothing in it is a tag or an entity. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export type Daemon = PlainDaemon | FullDaemon;

/** A way to a notification daemon that can show, and nothing else: it takes no bubble away, and tells of none. */
export interface PlainDaemon {
  readonly canClose: false;
  /** What the daemon can show. Rejects with a `DesktopError`, as all of these calls do. */
  capabilities(signal: AbortSignal): Promise<readonly string[]>;
  /** Shows a bubble, in the place of bubble `replaces` if that is not 0, and gives its id: 0 if it is not known. */
  show(content: Content, replaces: number, signal: AbortSignal): Promise<number>;
}

/** A way to a daemon that can also close what it shows, and that tells `DaemonEvents` what becomes of it. */
export interface FullDaemon extends Omit<PlainDaemon, "canClose"> {
  readonly canClose: true;
  close(id: number, signal: AbortSignal): Promise<void>;
}

/** What a daemon tells unasked. Ids may be those of other programs' bubbles. */
export interface DaemonEvents {
  /** Another daemon is there, or none: what it was told and what it told is void. */
  changed(isThere: boolean): void;
  closed(id: number, reason: CloseReason): void;
  acted(id: number, action: string): void;
  /** What lets another program come to the front because of an action that follows. */
  activation(id: number, token: string): void;
}

/** Why a bubble is gone: it had its time, the person closed it, a program did, or the daemon does not say. */
export type CloseReason = "expired" | "dismissed" | "closed" | "unknown";

/** The one error class of the desktop. What its message quotes of others may hold control characters. */
export class DesktopError extends Error {
  override readonly name = "DesktopError";
  readonly code: DesktopErrorCode;

  constructor(code: DesktopErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What can go wrong on the way to the desktop, by a stable name. Tell errors apart by `code`, never by class or message.
 *
 * | code | when | what to do |
 * |---|---|---|
 * | `InvalidPopup` | a pop-up is not of its documented shape | mend the call |
 * | `NoDesktop` | there is no session bus that can be reached, and no `notify-send` (`cause`) | the message says what |
 * | `NoDaemon` | no notification daemon is there, or the bus is gone | nothing: what waits is shown when it is back |
 * | `TimedOut` | the daemon did not answer: it may show the pop-up later, which is not asked for again | see whether it hangs |
 * | `Refused` | the daemon refused a pop-up (`cause`), which is lost | see the message |
 * | `BadAnswer` | the daemon's answer makes no sense | report it to the daemon's maker |
 */
export type DesktopErrorCode = "InvalidPopup" | "NoDesktop" | "NoDaemon" | "TimedOut" | "Refused" | "BadAnswer";
