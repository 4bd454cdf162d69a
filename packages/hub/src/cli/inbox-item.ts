import { printable } from "./terminal.ts";

/** An item of an inbox, as far as it is of its shape: it came over a network. */
export interface ShownItem {
  readonly sequence: number;
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** 1 to 5 */
  readonly priority: number;
  readonly tags: readonly string[];
  /** An address of http, https or mailto; empty if there is none. */
  readonly click: string;
}

/** The item in a line of JSON; `undefined` if there is none of that shape. */
export function readItem(line: string): ShownItem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { sequence, bell, title, text, priority, tags, click } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { label } = (bell ?? {}) as { readonly label?: unknown };
  if (!Number.isSafeInteger(sequence) || typeof label !== "string" || typeof text !== "string") return undefined;
  return {
    sequence: sequence as number,
    label,
    title: typeof title === "string" ? title : "",
    text,
    priority: [1, 2, 3, 4, 5].includes(priority as number) ? (priority as number) : 3,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    click: typeof click === "string" && isOpenable(click) ? click : "",
  };
}

/** What may be opened of what others say: no file, and no program. */
export function isOpenable(address: string): boolean {
  return /^(https?|mailto):/i.test(address) && URL.canParse(address) && printable(address) === address;
}

/** An item on one line, for a person; whatever is in it, it stays one line. */
export function itemText({ label, title, text, priority, tags, click }: ShownItem): string {
  const parts = [
    `${label}:`,
    ...(title === "" ? [] : [text === "" ? title : `${title}:`]),
    text.replaceAll("\n", " ⏎ "),
    ...tags.map((tag) => `#${tag}`),
    ...(priority === 3 ? [] : [`(priority ${priority})`]),
    ...(click === "" ? [] : [`<${click}>`]),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The same for a command, in its environment. */
export function itemEnvironment({ label, title, text, priority, tags, click }: ShownItem): NodeJS.ProcessEnv {
  return {
    DOORBELL_LABEL: label,
    DOORBELL_TITLE: title,
    DOORBELL_TEXT: text,
    DOORBELL_PRIORITY: String(priority),
    DOORBELL_TAGS: tags.join(","),
    DOORBELL_CLICK: click,
  };
}
