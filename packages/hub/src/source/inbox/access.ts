import { f64, option, record, type Shape, text } from "@doorbell-js/doorbell/kernel";

import { type Access, Key, RefusedError } from "../../inbox/index.ts";

/** The longest credential, with room to spare. */
const CREDENTIAL_BYTES_MAX = 64;

export const credential: Shape<string> = text(CREDENTIAL_BYTES_MAX);

/** What opens something, between threads. */
export interface AccessIpc {
  readonly credential: string;
  readonly inbox: number | undefined;
}

export const accessFields: { readonly credential: Shape<string>; readonly inbox: Shape<number | undefined> } = {
  credential,
  inbox: option(f64),
};

export const accessShape: Shape<AccessIpc> = record(accessFields);

/** One and the same for all that opens nothing. */
export function denied(): RefusedError {
  return new RefusedError({
    code: "AccessDenied",
    message: "that key does not open this: check it, or ask for a new one",
  });
}

/** @throws RefusedError `AccessDenied` for what can be no key: it need not be sent to find out */
export function checkCredential(given: unknown): asserts given is string {
  if (Key.parse(given) === undefined) throw denied();
}

/** @throws RefusedError as {@link checkCredential} */
export function toAccessIpc({ credential: given, inbox }: Access): AccessIpc {
  checkCredential(given);
  if (inbox !== undefined && typeof inbox !== "number")
    throw new RefusedError({ code: "InvalidArgument", message: "an inbox is said by its number" });
  return { credential: given, inbox };
}

/** @throws RefusedError `UnknownBell` for what can be no bell's token */
export function checkToken(token: unknown): asserts token is string {
  if (Key.parse(token)?.kind !== "bell") throw unknownBell();
}

/** One and the same for an address that never was a bell's, and for one that is a bell's no more. */
export function unknownBell(): RefusedError {
  return new RefusedError({ code: "UnknownBell", message: "no bell has that address: ask for a new one" });
}
