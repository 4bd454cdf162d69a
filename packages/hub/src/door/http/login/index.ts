/** How somebody logs in to the page. */
export { Codes } from "./codes.ts";
export { loginLink } from "./link.ts";
export { SESSION_MS, sessionCookie } from "./cookie.ts";
