/** All of the desktop but the way to a daemon; no I/O in here. */
export type { Content } from "./content.ts";
export type { CloseReason, Daemon, DaemonEvents, FullDaemon, PlainDaemon } from "./daemon.ts";
export { type Acted, DesktopCore, type DesktopEvents } from "./desktop-core.ts";
export type { Action, Popup, Urgency } from "./popup.ts";
