import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

import { isSourceName } from "@doorbell-js/doorbell/line";
import { type Command, InvalidArgumentError } from "commander";

import { type Desktop, openDesktop } from "../desktop/desktop.ts";
import { type Action, DesktopError, type Popup, type Urgency } from "../desktop/popup.ts";
import { printable } from "../printable.ts";
import { INBOX, isOpenable, type ShownItem } from "./items.ts";
import { colors, Exit, Failure, remark } from "./output.ts";

/** How items look on the desktop, as the options of a command say. */
export interface PopupOptions {
  /** `LEVEL` or `SOURCE=LEVEL` */
  readonly urgency?: readonly string[];
  readonly replace?: readonly string[];
  readonly expire?: number;
}

/** Items as pop-ups on the desktop. What goes wrong there is said on standard error, and ends nothing. */
export class Popups implements AsyncDisposable {
  readonly #desktop: Desktop;
  readonly #style: ReturnType<typeof popupStyle>;
  readonly #actions: ItemActions;
  /** What a click on a pop-up opens, where an item of an inbox says so. */
  readonly #clicks: WeakMap<Popup, string>;

  /** Fails when there is no desktop. That no notification daemon is there yet is none. */
  static async open(options: PopupOptions): Promise<Popups> {
    const actions = new ItemActions(process.env, say);
    const clicks = new WeakMap<Popup, string>();
    try {
      const desktop = await openDesktop({
        acted: ({ popup, action, activationToken }) => {
          const click = clicks.get(popup);
          if (click === undefined) actions.act(action, popup.body ?? "", activationToken);
          else actions.open(click, activationToken);
        },
        failed: ({ code, message }) =>
          say(`${message}${code === "NoDaemon" || code === "TimedOut" ? "; what comes waits for it" : ""}`),
        recovered: () => say("the desktop takes pop-ups again"),
      });
      if (desktop.by === "notify-send")
        say(
          `pop-ups are shown by notify-send, without actions and without the text of inboxes, which a list of processes would show: ${desktop.why}`,
        );
      return new Popups(desktop, options, actions, clicks);
    } catch (error) {
      if (error instanceof DesktopError) throw new Failure(Exit.Failed, error.message, { cause: error });
      throw error;
    }
  }

  private constructor(desktop: Desktop, options: PopupOptions, actions: ItemActions, clicks: WeakMap<Popup, string>) {
    this.#desktop = desktop;
    this.#style = popupStyle(options);
    this.#actions = actions;
    this.#clicks = clicks;
  }

  show(source: string, item: string): void {
    const { urgency = "normal", isReplaced, expireMs } = this.#style(source);
    this.#show({
      group: source,
      ...(!isReplaced && { name: item }),
      summary: source,
      body: item,
      icon: "dialog-information",
      category: `x-doorbell.${source}`,
      urgency,
      ...(expireMs !== undefined && { expireMs }),
    });
  }

  /** An item of an inbox: its title, or the label of the bell, says what it is about. */
  showItem({ sequence, label, title, text, priority, tags, click }: ShownItem): void {
    const { urgency = urgencyOf(priority), isReplaced, expireMs } = this.#style(INBOX);
    // An argument of notify-send stands in the list of processes, for every user of the machine to read.
    const isPrivate = this.#desktop.by === "dbus";
    const said = [text, tags.map((tag) => `#${tag}`).join(" ")].filter((part) => part !== "").join("\n");
    const summary = isPrivate ? (title === "" ? label : title) : INBOX;
    const body = isPrivate ? said : `item ${sequence}: "doorbell watch --inbox" prints it`;
    this.#show(
      {
        group: INBOX,
        ...(!isReplaced && { name: `${INBOX} ${sequence}` }),
        summary,
        body,
        icon: "dialog-information",
        category: `x-doorbell.${INBOX}`,
        urgency,
        ...(expireMs !== undefined && { expireMs }),
      },
      click,
    );
  }

  #show(popup: Popup & { readonly actions?: never }, click = ""): void {
    if (this.#desktop.by !== "dbus") return this.#desktop.show(popup);
    const opening = click === "" ? [] : this.#actions.ofClick(click);
    const shown = { ...popup, actions: opening.length > 0 ? opening : this.#actions.of(popup.body ?? "") };
    if (opening.length > 0) this.#clicks.set(shown, click);
    this.#desktop.show(shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#desktop[Symbol.asyncDispose]();
  }
}

/** What they say of each source. */
function popupStyle({ urgency = [], replace = REPLACED, expire }: PopupOptions): (source: string) => {
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

/** A number is of interest until there is the next; an ad is not like another. */
const REPLACED = ["random"];

/** Only what is most urgent stays until it is closed. */
function urgencyOf(priority: number): Urgency {
  if (priority <= 2) return "low";
  return priority === 5 ? "critical" : "normal";
}

function say(message: string): void {
  remark(`${colors(process.stderr).red("doorbell:")} ${printable(message)}`);
}

export function withPopupOptions(command: Command): Command {
  return command
    .option(
      "--urgency <level...>",
      "of pop-ups: low, normal or critical, for all sources or as SOURCE=LEVEL",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), urgencyOption(text)],
    )
    .option(
      "--replace <source...>",
      `sources with one pop-up that always has the newest item (default: ${REPLACED.join(" ")})`,
    )
    .option(
      "--expire <seconds>",
      "how long pop-ups stay; 0: until closed (default: as the desktop has it)",
      secondsOption,
    );
}

function urgencyOption(text: string): string {
  const [, source, level] = /^(?:(.*)=)?(.*)$/s.exec(text) ?? [];
  if ((source === undefined || isSourceName(source)) && /^(low|normal|critical)$/.test(level ?? "")) return text;
  throw new InvalidArgumentError("Expected low, normal or critical, or one of them for a source, as in random=low.");
}

function secondsOption(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= EXPIRE_MAX) return value;
  throw new InvalidArgumentError(`Expected a whole number of seconds from 0 to ${EXPIRE_MAX}.`);
}

const EXPIRE_MAX = 86_400;

/** What the person can do with an item that popped up: copy it; open the web page that it names. */
export class ItemActions {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #say: (message: string) => void;
  readonly #copier: Tool | undefined;
  readonly #opener: Tool | undefined;

  constructor(environment: NodeJS.ProcessEnv, say: (message: string) => void) {
    this.#environment = environment;
    this.#say = say;
    const copiers: readonly Tool[] = [
      ...(environment["WAYLAND_DISPLAY"] ? [["wl-copy"] as const] : []),
      ...(environment["DISPLAY"]
        ? ([
            ["xclip", "-selection", "clipboard"],
            ["xsel", "-ib"],
          ] as const)
        : []),
    ];
    this.#copier = copiers.find(([name]) => isInstalled(name, environment));
    this.#opener = isInstalled("xdg-open", environment) ? ["xdg-open"] : undefined;
  }

  /** Of what an inbox was told, with an address that a click is to open: it was said by who holds a bell. */
  ofClick(address: string): readonly Action[] {
    const isPossible = this.#opener !== undefined && isOpenable(address);
    return isPossible
      ? [
          { key: "default", label: "Open" },
          { key: "open", label: `Open ${shownTarget(address)}` },
        ]
      : [];
  }

  /** Opens such an address. */
  open(address: string, activationToken: string | undefined): void {
    if (this.#opener === undefined || !isOpenable(address)) return;
    this.#run([...this.#opener, new URL(address).href], "", activationToken);
  }

  /**
   * The actions that there are programs for. A click on the pop-up itself copies: it is easily done by mistake, and an
   * item may be anybody's. The page has a button that says where it leads.
   */
  of(item: string): readonly Action[] {
    const page = this.#opener === undefined ? undefined : pageIn(item);
    const copies =
      this.#copier === undefined
        ? []
        : [
            { key: "default", label: "Copy" },
            { key: "copy", label: "Copy" },
          ];
    return [...copies, ...(page === undefined ? [] : [{ key: "open", label: `Open ${shownHost(page)}` }])];
  }

  /** Does what was chosen. What fails is said, and ends nothing. */
  act(action: string, item: string, activationToken: string | undefined): void {
    const page = pageIn(item);
    if (action === "open" && this.#opener !== undefined && page !== undefined)
      this.#run([...this.#opener, page.href], "", activationToken);
    // Spelled out, too: what is copied is pasted elsewhere, at a shell for example.
    else if (action !== "open" && this.#copier !== undefined) this.#run(this.#copier, printable(item), undefined);
  }

  #run([name, ...args]: Tool, input: string, activationToken: string | undefined): void {
    const env = {
      ...this.#environment,
      ...(activationToken !== undefined && { XDG_ACTIVATION_TOKEN: activationToken }),
    };
    // On its own: a browser that it starts goes on when the watch ends.
    const child = spawn(name, args, { env, stdio: ["pipe", "ignore", "ignore"], detached: true });
    child.on("error", (error) => this.#say(`${name} could not be started: ${error.message}`));
    child.on("exit", (code) => {
      if (code !== null && code !== 0) this.#say(`${name} failed: exit code ${code}`);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.unref();
  }
}

/** A program and its arguments. */
type Tool = readonly [string, ...string[]];

/** The first web page that a text names, if nothing in its address is for show. */
function pageIn(item: string): URL | undefined {
  const [found = ""] = /https?:\/\/[^\s<>"\p{Cc}\p{Cf}]+/u.exec(item) ?? [];
  const text = found.replace(/[.,;:!?'")\]]+$/, "");
  if (!URL.canParse(text)) return undefined;
  const page = new URL(text);
  // A name before the host reads as if it were the host.
  return page.username === "" && page.password === "" && page.href.length <= 2_048 ? page : undefined;
}

/** The end of a long name is what says whose it is. */
function shownHost({ host }: URL): string {
  return host.length <= HOST_MAX ? host : `…${host.slice(1 - HOST_MAX)}`;
}

/** What fits a button, behind "Open". */
const HOST_MAX = 35;

/** Where an address leads. */
function shownTarget(address: string): string {
  const url = new URL(address);
  return url.protocol === "mailto:" ? "a letter" : shownHost(url);
}

function isInstalled(name: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment["PATH"] ?? "").split(delimiter).some((folder) => {
    if (!isAbsolute(folder)) return false;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
