/** What notifiers and subscribers agree on, which `subscription` declares; and what bells are asked. */

import {
  blockingScalar,
  type BlockingScalarEntry,
  f64,
  fixed,
  type KernelErrorCode,
  kernelErrorCodes,
  mutableLend,
  type MutableLendEntry,
  oneOf,
  record,
  type Service,
  service,
  type Shape,
  u32,
  variant,
} from "../kernel/index.ts";

/** The two opcodes by which any service is subscribed to, and the shape of its events. Made by {@link subscription}. */
export interface SubscriptionApi<T> {
  readonly shape: Shape<T>;
  readonly subscribe: MutableLendEntry<SubscribeRequest, SubscribeAnswer<T>>;
  readonly unsubscribe: BlockingScalarEntry<1>;
}

/**
 * Declares what can be subscribed to, once for notifier and subscribers: the shape of an event, which is that of the
 * state as well, and the two opcodes that the service gives to it.
 *
 * @example
 * const wifi = subscription(WlanStatus, { subscribe: 0, unsubscribe: 1 });
 * const NetManagerService = service({ SubscribeWifiStats: wifi.subscribe, UnsubWifiStats: wifi.unsubscribe });
 */
export function subscription<T>(
  shape: Shape<T>,
  opcodes: { readonly subscribe: number; readonly unsubscribe: number },
): SubscriptionApi<T> {
  const answer = variant({
    accepted: record({ sequence: f64, state: shape }),
    refused: oneOf(...kernelErrorCodes),
  }) as Shape<SubscribeAnswer<T>>;
  return {
    shape,
    subscribe: mutableLend(opcodes.subscribe, { value: requestShape, answer, doc: "Hands over a bell to be rung." }),
    unsubscribe: blockingScalar(opcodes.unsubscribe, "Takes a bell back: the four words of its id."),
  };
}

/** Returns whether {@link subscription} made that: a caller without types may give something else. */
export function isApi(api: Partial<SubscriptionApi<unknown>> | undefined | null): boolean {
  return api?.shape !== undefined && api.subscribe !== undefined && api.unsubscribe !== undefined;
}

/** What a subscription reveals: a bell, the opcode that means Ring at it, and nothing of who hung it. */
export interface SubscribeRequest {
  /** The four words of the id by which the bell can be rung. */
  readonly sid: readonly number[];
  readonly opcode: number;
  readonly behind: Behind;
  /** Comes back with every ring: a whole number. */
  readonly mark: number;
}

/**
 * What happens when a subscriber falls behind:
 *
 * - `wait`: nothing is dropped; the notifier's `notify` is late for this subscriber
 * - `dropOldest`, `dropNewest`: a queue of `queueMax` events; what does not fit is dropped, at its front or its end
 * - `latest`: only the newest waits
 *
 * What is dropped is counted, and told as a gap.
 */
export type Behind = "wait" | "dropOldest" | "dropNewest" | "latest";
export const behinds: readonly Behind[] = ["wait", "dropOldest", "dropNewest", "latest"];

const requestShape: Shape<SubscribeRequest> = record({
  sid: fixed(u32, 4),
  opcode: u32,
  behind: oneOf(...behinds),
  mark: f64,
});

/** What a subscription is answered with: the state now and its number; or why there is none. */
export type SubscribeAnswer<T> =
  | { readonly kind: "accepted"; readonly value: { readonly sequence: number; readonly state: T } }
  | { readonly kind: "refused"; readonly value: KernelErrorCode };

/** The two opcodes of a notifier of one stream of events. */
export type NotifierEntries<T> = Pick<SubscriptionApi<T>, "subscribe" | "unsubscribe">;

export function serviceOf<T>(api: SubscriptionApi<T>): Service<NotifierEntries<T>> {
  const known = services.get(api) as Service<NotifierEntries<T>> | undefined;
  const made = known ?? service({ subscribe: api.subscribe, unsubscribe: api.unsubscribe });
  if (known === undefined) services.set(api, made);
  return made;
}

/** A service of the two opcodes alone, made once for each api: clients of one service share what they are made of. */
const services = new WeakMap<SubscriptionApi<unknown>, Service<NotifierEntries<unknown>>>();

/** What a bell is asked, and nothing else: each passes by an id of its own. */
export const BellOpcode = {
  /** A move (an event) or a scalar (what number is the newest, though its event was dropped). The notifier's id passes it. */
  Ring: 0,
  /** A blocking scalar: the bell ends. The id that the subscriber keeps passes it. */
  Drop: 1,
} as const;

/** How a bell is to be: where it bounces to, and under which opcode; what it does when there is no room. */
export interface BellOrder {
  /** The words of its own id, which whoever hangs it has chosen and keeps: by that it is dropped. */
  readonly drop: readonly number[];
  /** The words of a narrowed id of the main server, through which that opcode passes alone. */
  readonly main: readonly number[];
  readonly opcode: number;
  readonly mark: number;
  readonly behind: Behind;
  readonly queueMax: number;
  /** A ring with more bytes is not bounced. */
  readonly bytesMax: number;
}

const orderShape: Shape<BellOrder> = record({
  drop: fixed(u32, 4),
  main: fixed(u32, 4),
  opcode: u32,
  mark: f64,
  behind: oneOf(...behinds),
  queueMax: u32,
  bytesMax: u32,
});

type Hung =
  | { readonly kind: "hung"; readonly value: { readonly ring: readonly number[] } }
  | { readonly kind: "refused"; readonly value: KernelErrorCode };

const hungShape: Shape<Hung> = variant({
  /** The words of the id to give away, which passes Ring alone. */
  hung: record({ ring: fixed(u32, 4) }),
  refused: oneOf(...kernelErrorCodes),
});

/** What a bell thread is asked by the thread that started it. */
export const BellHost: Service<{ readonly hang: MutableLendEntry<BellOrder, Hung> }> = service({
  hang: mutableLend(0, { value: orderShape, answer: hungShape, doc: "Hangs a bell." }),
});
