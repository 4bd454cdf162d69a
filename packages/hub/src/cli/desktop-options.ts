import { isSourceName } from "@doorbell-js/doorbell/line";
import { type Command, InvalidArgumentError } from "commander";

import type { Urgency } from "../door/index.ts";

/** How items look on the desktop, as the options of a command say. */
export interface PopupOptions {
  /** `LEVEL` or `SOURCE=LEVEL` */
  readonly urgency?: readonly string[];
  readonly replace?: readonly string[];
  readonly expire?: number;
}

/** A number is of interest until there is the next; an ad is not like another. */
const REPLACED = ["random"];

const EXPIRE_MAX = 86_400;

export function withPopupOptions(command: Command): Command {
  return command
    .option(
      "--urgency <level...>",
      "of pop-ups: low, normal or critical, for all sources or as SOURCE=LEVEL",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), urgency(text)],
    )
    .option(
      "--replace <source...>",
      `sources with one pop-up that always has the newest item (default: ${REPLACED.join(" ")})`,
    )
    .option("--expire <seconds>", "how long pop-ups stay; 0: until closed (default: as the desktop has it)", seconds);
}

/** What they say of each source. */
export function popupStyle({ urgency = [], replace = REPLACED, expire }: PopupOptions): (source: string) => {
  /** `undefined`: none was asked for. */
  readonly urgency: Urgency | undefined;
  readonly isReplaced: boolean;
  readonly expireMs: number | undefined;
} {
  const levels = new Map(
    urgency
      .map((text) => text.split("=").toReversed() as [Urgency, string?])
      .map(([level, source = ""]) => [source, level]),
  );
  return (source) => ({
    urgency: levels.get(source) ?? levels.get(""),
    isReplaced: replace.includes(source),
    expireMs: expire === undefined ? undefined : expire * 1_000,
  });
}

function urgency(text: string): string {
  const [, source, level] = /^(?:(.*)=)?(.*)$/s.exec(text) ?? [];
  if ((source === undefined || isSourceName(source)) && /^(low|normal|critical)$/.test(level ?? "")) return text;
  throw new InvalidArgumentError("Expected low, normal or critical, or one of them for a source, as in random=low.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= EXPIRE_MAX) return value;
  throw new InvalidArgumentError(`Expected a whole number of seconds from 0 to ${EXPIRE_MAX}.`);
}
