import { SESSION_COOKIE } from "../authorization.ts";

/** How long a session of the page lasts. */
export const SESSION_MS: number = 12 * 60 * 60_000;

/** The header that gives a browser its session; an empty one takes it away. */
export function sessionCookie(token: string, isSecure: boolean): string {
  const age = token === "" ? 0 : SESSION_MS / 1_000;
  return `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
