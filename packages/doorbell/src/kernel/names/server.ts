import type { Naming } from "../broker/index.ts";
import { type ServiceMessage, ServiceServer } from "../service/index.ts";
import type { SidWords } from "../sid.ts";
import { makeServer, type Station } from "../thread/index.ts";
import { type NameEntries, NameService, nameServerSid } from "./api.ts";

/** Few, as everything is answered at once: one thread's flood is this many messages before anybody else's. */
const queueMax = 32;

/** So many messages, and the kernel's other work has its turn. */
const inARowMax = 64;

type NameMessage = ServiceMessage<NameEntries>;

/**
 * Serves names on the kernel's own thread, until that ends. Nothing that is sent to it ends it. Before it does what a
 * thread asks, `catchUp` sees to what that thread asked of the kernel before.
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
