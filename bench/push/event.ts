/** What is told in this benchmark, and the notifier's opcodes. */
import {
  f64,
  option,
  record,
  scalar,
  type ScalarEntry,
  type Service,
  service,
  type Shape,
  text,
  u16,
} from "@doorbell-js/doorbell/kernel";
import { subscription, type SubscriptionApi } from "@doorbell-js/doorbell/push";

export interface Event {
  readonly ssid: string | undefined;
  readonly linkState: number;
  /** By the clock of {@link nowMs}. */
  readonly sentMs: number;
}
const shape: Shape<Event> = record({ ssid: option(text(32)), linkState: u16, sentMs: f64 });
export const events: SubscriptionApi<Event> = subscription(shape, { subscribe: 0, unsubscribe: 1 });

export const EventService: Service<{
  readonly Subscribe: SubscriptionApi<Event>["subscribe"];
  readonly Unsubscribe: SubscriptionApi<Event>["unsubscribe"];
  readonly notify: ScalarEntry;
}> = service({
  Subscribe: events.subscribe,
  Unsubscribe: events.unsubscribe,
  notify: scalar(2, "Tells of so many events. Nothing comes back but those, which would wake who is told once more."),
});

/** A clock that all threads of a program share. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function newEvent(): Event {
  return { ssid: "attic", linkState: 2, sentMs: nowMs() };
}
