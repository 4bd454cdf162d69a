import { list, record } from "../../../src/kernel/archive/composites.ts";
import { u16, u8 } from "../../../src/kernel/archive/scalars.ts";
import { text } from "../../../src/kernel/archive/strings.ts";
import {
  blockingScalar,
  type BlockingScalarEntry,
  lend,
  type LendEntry,
  move,
  type MoveEntry,
  mutableLend,
  type MutableLendEntry,
  scalar,
  type ScalarEntry,
  type Service,
  service,
} from "../../../src/kernel/service/service.ts";

interface Status {
  readonly ssid: string;
  readonly linkState: number;
}

/** What both apis have, by the same name. */
type Both = {
  readonly note: ScalarEntry;
  readonly pair: BlockingScalarEntry<2>;
  readonly five: BlockingScalarEntry<5>;
  readonly ssid: MutableLendEntry<Status, string>;
  readonly sum: MutableLendEntry<undefined, undefined>;
  readonly keep: LendEntry<readonly number[]>;
  readonly look: LendEntry<undefined>;
  readonly publish: MoveEntry<Status>;
  readonly store: MoveEntry<undefined>;
  readonly erase: BlockingScalarEntry<1>;
};

export type PrivateEntries = Both & {
  readonly double: BlockingScalarEntry<1>;
  readonly received: MutableLendEntry<number, readonly number[]>;
  readonly log: MutableLendEntry<number, readonly number[]>;
  readonly end: ScalarEntry;
};

export type PublicEntries = Both & {
  readonly twice: BlockingScalarEntry<1>;
  readonly ping: BlockingScalarEntry<1>;
  readonly hello: MutableLendEntry<string, string>;
  readonly told: ScalarEntry;
};

const status = record({ ssid: text(32), linkState: u16 });

/** What a private server can do, most of it not for everybody. */
export const Private: Service<PrivateEntries> = service({
  note: scalar(100, "Is in the log, as most of what is sent."),
  double: blockingScalar(101),
  pair: blockingScalar(102, { answer: 2 }),
  five: blockingScalar(103, { answer: 5 }),
  ssid: mutableLend(104, { value: status, answer: text(32) }),
  sum: mutableLend(105),
  keep: lend(106, { value: list(u8, 20_000) }),
  look: lend(107),
  publish: move(108, { value: status }),
  store: move(109),
  received: mutableLend(110, { value: u8, answer: list(u16, 256), doc: "How many messages of each opcode came." }),
  log: mutableLend(111, { value: u8, answer: list(u16, 10_000), doc: "A number of each message; then it is empty." }),
  end: scalar(112, "Ends its thread."),
  erase: blockingScalar(113),
});

/** What everybody can ask for: 1 to 10 are the first ten above, one of them by another name; then what is its own. */
export const Public: Service<PublicEntries> = service({
  note: scalar(1),
  twice: blockingScalar(2),
  pair: blockingScalar(3, { answer: 2 }),
  five: blockingScalar(4, { answer: 5 }),
  ssid: mutableLend(5, { value: status, answer: text(32) }),
  sum: mutableLend(6),
  keep: lend(7, { value: list(u8, 20_000) }),
  look: lend(8),
  publish: move(9, { value: status }),
  store: move(10),
  ping: blockingScalar(20),
  hello: mutableLend(21, { value: text(20), answer: text(40) }),
  told: scalar(22),
  erase: blockingScalar(113, "In no table: closed."),
});
