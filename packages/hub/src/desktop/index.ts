/**
 * The person's desktop: pop-ups by the freedesktop specification.
 *
 * `openDesktop` finds it; `show` pops something up. One bubble stands for each name, or for the whole group; bursts are
 * summarised; texts may be anybody's.
 *
 * @packageDocumentation
 */

export {
  type Acted,
  type Desktop,
  type DesktopEvents,
  type DesktopOptions,
  type FullDesktop,
  openDesktop,
  type PlainDesktop,
} from "./desktop.ts";
export {
  type Action,
  type CloseReason,
  DesktopError,
  type DesktopErrorCode,
  type Popup,
  type Urgency,
} from "./popup.ts";
