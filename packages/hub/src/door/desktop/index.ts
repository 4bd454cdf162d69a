/**
 * The person's desktop: pop-ups by the freedesktop specification.
 *
 * `openDesktop` finds it; `show` pops something up. One bubble stands for each name, or for the whole group; bursts are
 * summarised; texts may be anybody's.
 *
 * @packageDocumentation
 */
export type { Acted, Action, CloseReason, DesktopEvents, Popup, Urgency } from "./core/index.ts";
export { type Desktop, type DesktopOptions, type FullDesktop, openDesktop, type PlainDesktop } from "./desktop.ts";
export { DesktopError, type DesktopErrorCode } from "./errors.ts";
