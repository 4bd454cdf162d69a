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
 */
export type LineErrorCode =
  | "InvalidArgument"
  | "InvalidAd"
  | "LineTooLong"
  | "NotUtf8"
  | "AddressInUse"
  | "CannotListen"
  | "ServerClosed";

/** The one error class of the line protocol. */
export class LineError extends Error {
  override readonly name = "LineError";
  readonly code: LineErrorCode;

  constructor(code: LineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
