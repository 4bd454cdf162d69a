import { fixed, option, record } from "../archive/composites.ts";
import { bool, f64, oneOf, u32 } from "../archive/scalars.ts";
import { text } from "../archive/strings.ts";
import type { Naming } from "../broker/names.ts";
import { nameBytesMax, Sid, type SidWords } from "../ids.ts";
import { type ServiceMessage, ServiceServer } from "../service/server.ts";
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
} from "../service/service.ts";
import { makeServer } from "../thread/server.ts";
import type { Station } from "../thread/station.ts";

/** Few, as everything is answered at once: one thread's flood is this many messages before anybody else's. */
const queueMax = 32;

/** So many messages, and the kernel's other work has its turn. */
const inARowMax = 64;

/**
 * Serves names on the kernel's own thread, until that ends. Nothing that is sent to it ends it.
 *
 * For each message: `catchUp` sees to what its thread asked of the kernel before; then it is answered, and given back. Bytes
 * that are no value of the opcode's shape are counted, and go back unanswered. After 64 messages in a row the kernel's
 * other work has its turn.
 */
export async function serveNames(station: Station, naming: Naming, catchUp: (thread: number) => void): Promise<void> {
  const names = new ServiceServer(NameService, makeServer(station, { sid: nameServerSid, queueMax }).server);
  let undecodable = 0;
  naming.dropped = () => names.unexpected + undecodable;
  let inARow = 0;
  for await (const message of names) {
    catchUp(message.sender);
    try {
      answer(message, naming);
    } catch {
      // Bytes that are no value of the opcode's shape. They are this message's alone, and it goes back unanswered.
      undecodable += 1;
    }
    message[Symbol.dispose]();
    inARow += 1;
    if (inARow < inARowMax) continue;
    inARow = 0;
    await new Promise<void>((resolve) => void station.powers.later(resolve));
  }
}

function answer(message: NameMessage, naming: Naming): void {
  const { sender } = message;
  if (message.is("register")) {
    const { name, server, limit = null } = message.value;
    message.answer(naming.register(sender, server, name, limit) ?? "done");
  } else if (message.is("connect")) {
    const { name, request, wait } = message.value;
    naming.connect(sender, request, name, wait);
  } else if (message.is("cancel")) naming.cancel(sender, message.words[0]);
  else if (message.is("unregister")) {
    const { name, sid } = message.value;
    message.answer(naming.unregister(name, sid as unknown as SidWords) ?? "done");
  } else if (message.is("trustedInitDone")) message.answer(naming.allFull ? 1 : 0);
}

type NameMessage = ServiceMessage<NameEntries>;

/** Where every thread finds the name server. Knowing it is no authority over anybody's server. */
export const nameServerSid: Sid = Sid.wellKnown("doorbell-names");

const registerAnswers = [
  "done",
  "ServerNotFound",
  "ServerExists",
  "OutOfMemory",
  "InvalidString",
  "InvalidArgument",
] as const;
const unregisterAnswers = ["done", "NotFound"] as const;

const nameShape = text(nameBytesMax);

/**
 * What the name server is asked. Whatever it does for a connection by name, the reply comes by the asking thread's
 * control line; so a thread that waits for a name keeps no place in the name server's queue.
 */
export const NameService: Service<NameEntries> = service({
  register: mutableLend(1, {
    doc: "Binds a name to a server of the sender's thread; the limit is how many threads may be connected.",
    value: record({ name: nameShape, server: u32, limit: option(u32) }),
    answer: oneOf(...registerAnswers),
  }),
  connect: move(2, {
    doc: "Connects the sender's thread in reply to its request of that number: now or not at all, or by waiting.",
    value: record({ name: nameShape, request: f64, wait: bool }),
  }),
  cancel: scalar(3, "Nobody waits for the reply to the request of that number any more."),
  unregister: mutableLend(4, {
    doc: "Frees the name of the server with that id.",
    value: record({ name: nameShape, sid: fixed(u32, 4) }),
    answer: oneOf(...unregisterAnswers),
  }),
  trustedInitDone: blockingScalar(5, "1 once as many threads are connected by every limited name as may be, else 0."),
});

/** The opcodes of the name server. */
type NameEntries = {
  readonly register: MutableLendEntry<Registration, (typeof registerAnswers)[number]>;
  readonly connect: MoveEntry<Wish>;
  readonly cancel: ScalarEntry;
  readonly unregister: MutableLendEntry<Unregistration, (typeof unregisterAnswers)[number]>;
  readonly trustedInitDone: BlockingScalarEntry<1>;
};

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
