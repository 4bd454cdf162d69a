import { DesktopError } from "../errors.ts";

/** How much a person is to be disturbed. Daemons show what is low for a shorter time, and what is critical until it is closed. */
export type Urgency = "low" | "normal" | "critical";

/** Something that can be done about a pop-up. `default` is the click on the pop-up itself, and has no button. */
export interface Action {
  /** 1 to 64 visible ASCII characters */
  readonly key: string;
  /** what its button says */
  readonly label: string;
}

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

const ACTIONS_MAX = 4;
const INT32_MAX = 2 ** 31 - 1;

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

function check(holds: boolean, rule: string): void {
  if (!holds) throw new DesktopError("InvalidPopup", `a pop-up is not of its shape: ${rule}`);
}
