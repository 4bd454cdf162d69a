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

/** The one error class of the desktop. What its message quotes of others may hold control characters. */
export class DesktopError extends Error {
  override readonly name = "DesktopError";
  readonly code: DesktopErrorCode;

  constructor(code: DesktopErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
