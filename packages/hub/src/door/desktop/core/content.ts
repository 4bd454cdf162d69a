import type { Popup, Urgency } from "./popup.ts";
import { escapeMarkup, shownLine, shownLines } from "./text.ts";

const SUMMARY_MAX = 100;
const BODY_MAX = 400;
const LINES_MAX = 10;
const LABEL_MAX = 40;

const levels: Readonly<Record<Urgency, number>> = { low: 0, normal: 1, critical: 2 };

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

/** A title is never markup. */
function titleOf(summary: string): string {
  return shownLine(summary, SUMMARY_MAX);
}

function bodyOf(body: string, isMarkup: boolean): string {
  const shown = shownLines(body, BODY_MAX, LINES_MAX);
  return isMarkup ? escapeMarkup(shown) : shown;
}
