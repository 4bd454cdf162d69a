import {
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
} from "../../kernel/index.ts";
import { type Behind, behinds } from "../api.ts";

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

type Hung =
  | { readonly kind: "hung"; readonly value: { readonly ring: readonly number[] } }
  | { readonly kind: "refused"; readonly value: KernelErrorCode };

const order: Shape<BellOrder> = record({
  drop: fixed(u32, 4),
  main: fixed(u32, 4),
  opcode: u32,
  mark: f64,
  behind: oneOf(...behinds),
  queueMax: u32,
  bytesMax: u32,
});
const hung: Shape<Hung> = variant({
  /** The words of the id to give away, which passes Ring alone. */
  hung: record({ ring: fixed(u32, 4) }),
  refused: oneOf(...kernelErrorCodes),
});

/** What a bell thread is asked by the thread that started it. */
export const BellHost: Service<{ readonly hang: MutableLendEntry<BellOrder, Hung> }> = service({
  hang: mutableLend(0, { value: order, answer: hung, doc: "Hangs a bell." }),
});
