/** How a command ends. */
export const Exit = {
  Done: 0,
  /** it was understood and could not be done */
  Failed: 1,
  /** it was not understood: a wrong option, argument or setting */
  Usage: 2,
  /** no hub could be reached */
  Unreachable: 3,
} as const;

export type Exit = (typeof Exit)[keyof typeof Exit];

/** A command's failure: one line that says what is wrong and what to do, and the exit code. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exit: Exit;

  constructor(exit: Exit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}
