import { effect } from "@preact/signals";
import { render } from "preact";

import { hashOf, Model, routeOf } from "../core/model.ts";
import { App } from "./app.tsx";
import { clock, memory, takeCode } from "./browser.ts";
import { Announcer, Notifier } from "./notifier.ts";

/** How often it is asked what is new in the inboxes that are not looked at. */
const REFRESH_MS = 30_000;

const announcer = new Announcer();
const notifier = new Notifier(memory);
const model = new Model({
  fetch: (path, options) => fetch(path, { ...options, cache: "no-store" }),
  clock,
  random: Math.random,
  today: Date.now,
  memory,
  told: (items, inbox) => {
    announcer.arrived(items);
    notifier.arrived(items, inbox);
  },
});

const code = takeCode();
addEventListener("hashchange", () => {
  if (model.visitor.value.kind === "in") model.go(routeOf(location.hash));
});
effect(() => {
  const view = model.view.value;
  // Without an entry in the history: the way back leads to where one was.
  if (view !== undefined && location.hash !== hashOf(view.route)) history.replaceState(null, "", hashOf(view.route));
});
addEventListener("online", () => model.retry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  model.retry();
  void model.refresh();
});
setInterval(() => {
  if (document.visibilityState === "visible") void model.refresh();
}, REFRESH_MS);

const place = document.getElementById("page");
if (place !== null) render(<App model={model} announcer={announcer} notifier={notifier} />, place);
void model.start(code, routeOf(location.hash));
