/**
 * What can go wrong on a message bus, by a stable name. Tell errors apart by `code`, never by class or message.
 *
 * | code | when | what to do |
 * |---|---|---|
 * | `InvalidArgument` | a name, a signature or a value is not of its shape | mend the call |
 * | `NoAddress` | no address of the bus is set, and there is none where it usually is | start a bus, or set the address |
 * | `BadAddress` | the address cannot be read, or not be reached from Node | the message says what to set instead |
 * | `CannotConnect` | nobody answers at the address, or not as a bus does (`cause`) | see the message |
 * | `Disconnected` | the bus is gone; if it went before the answer came, it is not known whether it was done | ask again |
 * | `TimedOut` | no answer in time: it is not known whether it was done | ask again |
 * | `Refused` | the answer is an error: `dbusName` names it | see the message |
 * | `Busy` | as many calls as may wait for an answer already do | wait for some first |
 * | `Aborted` | the signal that was given said so (`cause`) | |
 * | `BusClosed` | the bus was closed by this program | open it anew |
 */
export type BusErrorCode =
  | "InvalidArgument"
  | "NoAddress"
  | "BadAddress"
  | "CannotConnect"
  | "Disconnected"
  | "TimedOut"
  | "Refused"
  | "Busy"
  | "Aborted"
  | "BusClosed";

export interface BusErrorOptions extends ErrorOptions {
  readonly dbusName?: string;
}

/** The one error class of message buses. What its message quotes of others may hold control characters. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusErrorCode;
  /** What the other side calls its error, e.g. `org.freedesktop.DBus.Error.ServiceUnknown`; only if `Refused`. */
  readonly dbusName: string | undefined;

  constructor(code: BusErrorCode, message: string, options: BusErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.dbusName = options.dbusName;
  }
}
