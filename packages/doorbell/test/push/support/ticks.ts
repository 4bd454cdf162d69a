import type { Shape } from "../../../src/kernel/archive/codec.ts";
import { record } from "../../../src/kernel/archive/composites.ts";
import { u32 } from "../../../src/kernel/archive/scalars.ts";
import { text } from "../../../src/kernel/archive/strings.ts";
import {
  blockingScalar,
  type BlockingScalarEntry,
  scalar,
  type ScalarEntry,
  type Service,
  service,
} from "../../../src/kernel/service/service.ts";
import { subscription, type SubscriptionApi } from "../../../src/push/api.ts";

/** What the notifier under test tells: numbered, so that what was lost, doubled or out of turn is seen. */
export interface Tick {
  readonly number: number;
  readonly text: string;
}
export const tick: Shape<Tick> = record({ number: u32, text: text(20_000) });
export const ticks: SubscriptionApi<Tick> = subscription(tick, { subscribe: 0, unsubscribe: 1 });

/** The notifier on its thread. Event number n has `number` n. */
export const TickService: Service<{
  readonly Subscribe: SubscriptionApi<Tick>["subscribe"];
  readonly Unsubscribe: SubscriptionApi<Tick>["unsubscribe"];
  readonly notify: BlockingScalarEntry<1>;
  readonly hurry: BlockingScalarEntry<1>;
  readonly size: BlockingScalarEntry<1>;
  readonly dropped: BlockingScalarEntry<1>;
  readonly late: BlockingScalarEntry<1>;
  readonly flood: ScalarEntry;
}> = service({
  Subscribe: ticks.subscribe,
  Unsubscribe: ticks.unsubscribe,
  notify: blockingScalar(
    2,
    "Tells of so many events, waiting for who wants to be waited for; answers the last number.",
  ),
  hurry: blockingScalar(3, "The same, and waits for nobody."),
  size: blockingScalar(4, "How many subscribers."),
  dropped: blockingScalar(5, "How many events it dropped."),
  late: blockingScalar(7, "How many subscribers have no room now."),
  flood: scalar(6, "Tells of one event after the other from now on (1), or no more (0)."),
});
