import { type Desktop, DesktopError, openDesktop, type Popup, type Urgency } from "../door/index.ts";
import { type PopupOptions, popupStyle } from "./desktop-options.ts";
import { Exit, Failure } from "./failure.ts";
import type { ShownItem } from "./inbox-item.ts";
import { INBOX } from "./inbox-watch.ts";
import { ItemActions } from "./item-actions.ts";
import { colors, printable, remark } from "./terminal.ts";

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

/** Only what is most urgent stays until it is closed. */
function urgencyOf(priority: number): Urgency {
  if (priority <= 2) return "low";
  return priority === 5 ? "critical" : "normal";
}

function say(message: string): void {
  remark(`${colors(process.stderr).red("doorbell:")} ${printable(message)}`);
}
