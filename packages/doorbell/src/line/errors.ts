/**
 * What can go wrong on the line, by a stable name. Tell errors apart by `code`, never by class or message.
 *
 * | code | when | what to do |
 * |---|---|---|
 * | `InvalidArgument` | an option or a name is not of its documented shape | mend the call |
 * | `InvalidAd` | a text cannot be put on the board | the message says which rule it breaks |
 * | `LineTooLong` | a line passed its limit of bytes | the stream cannot be read on: close it |
 * | `NotUtf8` | a line is not UTF-8 | the stream cannot be read on: close it |
 * | `AddressInUse` | something listens there already | stop it, or choose another address |
 * | `CannotListen` | the system refused the address for another reason (`cause`) | see the message |
 * | `ServerClosed` | the server was closed before | make a new one |
 * | `CannotConnect` | nobody answers there (`cause`) | see the message |
 * | `Disconnected` | the connection was lost before the answer came | it is not known whether it was done; ask again |
 * | `OutOfStep` | an answer came that cannot be one to what was asked | the client connects anew by itself |
 * | `TimedOut` | no answer in time | it is not known whether it was done; ask again |
 * | `Refused` | the server answered `error: …` | see the message |
 * | `BadAnswer` | the answer is one, and makes no sense | report it to the server's maker |
 * | `Busy` | a command was given while another waits, and `burst` is `"refuse"` | await the other first |
 * | `Aborted` | the signal that was given said so (`cause`) | |
 * | `ClientClosed` | the client was closed | connect anew |
 */
export type LineErrorCode =
  | "InvalidArgument"
  | "InvalidAd"
  | "LineTooLong"
  | "NotUtf8"
  | "AddressInUse"
  | "CannotListen"
  | "ServerClosed"
  | "CannotConnect"
  | "Disconnected"
  | "OutOfStep"
  | "TimedOut"
  | "Refused"
  | "BadAnswer"
  | "Busy"
  | "Aborted"
  | "ClientClosed";

/** The one error class of the line protocol. */
export class LineError extends Error {
  override readonly name = "LineError";
  readonly code: LineErrorCode;

  constructor(code: LineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
