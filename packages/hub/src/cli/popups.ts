import { type Desktop, DesktopError, openDesktop, type Popup } from "../door/index.ts";
import { type PopupOptions, popupStyle } from "./desktop-options.ts";
import { Exit, Failure } from "./failure.ts";
import { ItemActions } from "./item-actions.ts";
import { colors, printable, remark } from "./terminal.ts";

/** Items as pop-ups on the desktop. What goes wrong there is said on standard error, and ends nothing. */
export class Popups implements AsyncDisposable {
  readonly #desktop: Desktop;
  readonly #style: ReturnType<typeof popupStyle>;
  readonly #actions: ItemActions;

  /** Fails when there is no desktop. That no notification daemon is there yet is none. */
  static async open(options: PopupOptions): Promise<Popups> {
    const actions = new ItemActions(process.env, say);
    try {
      const desktop = await openDesktop({
        acted: ({ popup, action, activationToken }) => actions.act(action, popup.body ?? "", activationToken),
        failed: ({ code, message }) =>
          say(`${message}${code === "NoDaemon" || code === "TimedOut" ? "; what comes waits for it" : ""}`),
        recovered: () => say("the desktop takes pop-ups again"),
      });
      if (desktop.by === "notify-send") say(`pop-ups are shown by notify-send, without actions: ${desktop.why}`);
      return new Popups(desktop, options, actions);
    } catch (error) {
      if (error instanceof DesktopError) throw new Failure(Exit.Failed, error.message, { cause: error });
      throw error;
    }
  }

  private constructor(desktop: Desktop, options: PopupOptions, actions: ItemActions) {
    this.#desktop = desktop;
    this.#style = popupStyle(options);
    this.#actions = actions;
  }

  show(source: string, item: string): void {
    const { urgency, isReplaced, expireMs } = this.#style(source);
    const popup: Popup & { readonly actions?: never } = {
      group: source,
      ...(!isReplaced && { name: item }),
      summary: source,
      body: item,
      icon: "dialog-information",
      category: `x-doorbell.${source}`,
      urgency,
      ...(expireMs !== undefined && { expireMs }),
    };
    if (this.#desktop.by === "dbus") this.#desktop.show({ ...popup, actions: this.#actions.of(item) });
    else this.#desktop.show(popup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#desktop[Symbol.asyncDispose]();
  }
}

function say(message: string): void {
  remark(`${colors(process.stderr).red("doorbell:")} ${printable(message)}`);
}
