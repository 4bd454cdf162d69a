import { bool, f64, fixed, oneOf, option, record, text, u32 } from "../archive/index.ts";
import { nameBytesMax } from "../name.ts";
import {
  blockingScalar,
  type BlockingScalarEntry,
  move,
  type MoveEntry,
  mutableLend,
  type MutableLendEntry,
  scalar,
  type ScalarEntry,
  type Service,
  service,
} from "../service/index.ts";
import { Sid } from "../sid.ts";

/** Where every thread finds the name server. Knowing it is no authority over anybody's server. */
export const nameServerSid: Sid = Sid.wellKnown("doorbell-names");

/** A name for a server of the sender's thread. */
export interface Registration {
  readonly name: string;
  /** Its number in its thread. */
  readonly server: number;
  /** How many threads may be connected. */
  readonly limit: number | undefined;
}

/** A wish for a connection. */
interface Wish {
  readonly name: string;
  /** The sender's own number for the reply. */
  readonly request: number;
  readonly wait: boolean;
}

/** A name that is to be free, and the id of its server. */
export interface Unregistration {
  readonly name: string;
  readonly sid: readonly number[];
}

const registered = [
  "done",
  "ServerNotFound",
  "ServerExists",
  "OutOfMemory",
  "InvalidString",
  "InvalidArgument",
] as const;
const unregistered = ["done", "NotFound"] as const;

/** The opcodes of the name server. */
export type NameEntries = {
  readonly register: MutableLendEntry<Registration, (typeof registered)[number]>;
  readonly connect: MoveEntry<Wish>;
  readonly cancel: ScalarEntry;
  readonly unregister: MutableLendEntry<Unregistration, (typeof unregistered)[number]>;
  readonly trustedInitDone: BlockingScalarEntry<1>;
};

const name = text(nameBytesMax);

/**
 * What the name server is asked. Whatever it does for a connection by name, the reply comes by the asking thread's
 * control line; so a thread that waits for a name keeps no place in the name server's queue.
 */
export const NameService: Service<NameEntries> = service({
  register: mutableLend(1, {
    doc: "Binds a name to a server of the sender's thread; the limit is how many threads may be connected.",
    value: record({ name, server: u32, limit: option(u32) }),
    answer: oneOf(...registered),
  }),
  connect: move(2, {
    doc: "Connects the sender's thread in reply to its request of that number: now or not at all, or by waiting.",
    value: record({ name, request: f64, wait: bool }),
  }),
  cancel: scalar(3, "Nobody waits for the reply to the request of that number any more."),
  unregister: mutableLend(4, {
    doc: "Frees the name of the server with that id.",
    value: record({ name, sid: fixed(u32, 4) }),
    answer: oneOf(...unregistered),
  }),
  trustedInitDone: blockingScalar(5, "1 once as many threads are connected by every limited name as may be, else 0."),
});
