import { type Connection, type Kernel, Memory, Sid, type SpawnedThread } from "@doorbell-js/doorbell/kernel";

import { type Form, Id, type Job } from "./job.ts";

/** What is called. */
export type What = "four numbers" | "1 KiB lent";

/** One way to a server that answers at once. */
export interface Way {
  readonly name: string;
  /** One call; of the blocking form, it is over when this returns. */
  call(what: What): unknown;
}

/** The same server reached by each way, ours first; everybody is on a thread of its own. The threads are added to a list. */
export async function ways(kernel: Kernel, form: Form, threads: SpawnedThread[]): Promise<readonly Way[]> {
  const start = async (file: string, behind?: Job["behind"]): Promise<Sid> => {
    const sid = Sid.random();
    const data: Job = { form, sid: sid.words(), ...(behind === undefined ? {} : { behind }) };
    threads.push(await kernel.spawn(new URL(`./servers/${file}.js`, import.meta.url), { data }));
    return sid;
  };
  const target = await start("target");
  const between = (file: string, does: "passes on" | "calls itself"): Promise<Sid> =>
    start(file, { sid: target.words(), does });
  const way = async (name: string, sid: Sid, more: number): Promise<Way> => {
    const connection = await kernel.connect(sid);
    return { name, call: form === "blocking" ? blocking(connection, more) : awaited(connection, more) };
  };
  return [
    await way("forwarded", await between("between", "passes on"), 1),
    ...(form === "blocking" ? [] : [await way("by a face", await between("face", "passes on"), 1)]),
    await way("direct", target, 0),
    alternating("direct, two in turn", await way("", target, 0), await way("", await start("target"), 0)),
    await way("relay", await between("between", "calls itself"), 1),
  ];
}

/** Two ways in turn, so that a third thread takes part as it does where one stands between. */
function alternating(name: string, first: Way, second: Way): Way {
  let turn = 0;
  return { name, call: (what) => ((turn += 1) % 2 === 0 ? first : second).call(what) };
}

const words = [1, 2, 3, 4];
const memory = new Memory(1_024);

function blocking(to: Connection, more: number): Way["call"] {
  return (what) => {
    if (what === "1 KiB lent") to.lendSync(Id.lend + more, memory);
    else to.blockingScalarSync(Id.scalar + more, words);
  };
}

function awaited(to: Connection, more: number): Way["call"] {
  return (what) =>
    what === "1 KiB lent" ? to.lend(Id.lend + more, memory) : to.blockingScalar(Id.scalar + more, words);
}
