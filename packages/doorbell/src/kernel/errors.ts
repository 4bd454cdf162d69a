/**
 * What can go wrong in the kernel, by a stable name; the names are those of Xous where it has one. Tell errors apart
 * by `code`, never by class or message. One code, one remedy:
 *
 * | code | when | what to do |
 * |---|---|---|
 * | `ServerNotFound` | the server is not there, or ended while it was asked | connect to one that lives |
 * | `ServerExists` | that id, or that name, is taken | choose another |
 * | `ServerQueueFull` | no room now (`detail`: queue), or answers are owed (`detail`: owed) | wait, or use the waiting form |
 * | `OutOfMemory` | a table is full; `detail` names it | raise the limit, or let go of something |
 * | `MemoryInUse` | a view of the memory is still open | close it first |
 * | `ShareViolation` | the memory is lent, or was moved away | wait for its return; never for moved memory |
 * | `DoubleFree` | it was answered, or ended, before | mend the call |
 * | `Unanswered` | the receiver dropped the call without an answer | ask the server's maker |
 * | `AccessDenied` | that opcode does not pass here | ask for an id that passes it |
 * | `LimitReached` | as many as may be are connected | wait for room |
 * | `NotFound` | no such name | register it first |
 * | `InvalidString` | a name is empty, too long or not text | mend the name |
 * | `InvalidArgument` | an argument is not of its documented shape | mend the call |
 * | `SerializationError` | bytes that are no archive of that shape | that message is lost, nothing else |
 * | `Timeout` | the time is up; whether it was done is not known | ask again |
 * | `Deadlock` | a blocking call to a server of one's own thread | await it |
 * | `ThreadNotFound` | the thread has ended, or never joined | start one |
 * | `InternalError` | the kernel has ended, or broke its own rules | start again; tell us |
 */
export const kernelErrorCodes = [
  "ServerNotFound",
  "ServerExists",
  "ServerQueueFull",
  "OutOfMemory",
  "MemoryInUse",
  "ShareViolation",
  "DoubleFree",
  "Unanswered",
  "AccessDenied",
  "LimitReached",
  "NotFound",
  "InvalidString",
  "InvalidArgument",
  "SerializationError",
  "Timeout",
  "Deadlock",
  "ThreadNotFound",
  "InternalError",
] as const;

/** The name of what went wrong; see {@link kernelErrorCodes}. */
export type KernelErrorCode = (typeof kernelErrorCodes)[number];

/** What an error is made with beside code and message. */
export interface KernelErrorOptions extends ErrorOptions {
  /** Which case of the code it is. */
  readonly detail?: string;
}

/** The one error class of the kernel. */
export class KernelError extends Error {
  override readonly name = "KernelError";
  readonly code: KernelErrorCode;
  /** Which case of the code it is, where there are several. */
  declare readonly detail: string | undefined;

  constructor(code: KernelErrorCode, message: string, options?: KernelErrorOptions) {
    super(message, options);
    this.code = code;
    // Not there where there is none: it would be printed with every error.
    if (options?.detail !== undefined) this.detail = options.detail;
  }
}

/** A code as a number, for a ring's slot. */
export function codeNumber(code: KernelErrorCode): number {
  return kernelErrorCodes.indexOf(code);
}

/** The code that a number stands for; of a number that stands for none, `InternalError`. */
export function codeOf(number: number): KernelErrorCode {
  return kernelErrorCodes[number] ?? "InternalError";
}
