/** P2: what a subscription reveals. Every byte that a notifier is told is kept, and searched for what it may not know. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { receiveMessageOnPort } from "node:worker_threads";

import { report } from "@doorbell-js/test-support/results";

import { encode, encodeNew } from "../../src/kernel/archive/archive.ts";
import { record } from "../../src/kernel/archive/composites.ts";
import { u32 } from "../../src/kernel/archive/scalars.ts";
import { text } from "../../src/kernel/archive/strings.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Kind } from "../../src/kernel/ring/layout.ts";
import { subscription } from "../../src/push/api.ts";
import { Subscriber } from "../../src/push/subscriber.ts";
import { bigWords } from "../kernel/support/asked-broker.ts";
import { Evidence } from "../kernel/support/evidence.ts";
import { renderings } from "../kernel/support/renderings.ts";
import { formsOf } from "../kernel/support/sid-forms.ts";
import { RawNotifier } from "./support/raw-notifier.ts";
import { kinds } from "./support/world.ts";

/** Small enough to go by the ring, which keeps it. */
const tick = record({ number: u32, text: text(64) });
const ticks = subscription(tick, { subscribe: 0, unsubscribe: 1 });
/** Main's opcode, which no other number is by chance. */
const opcode = 0x9e3779b1;

/** All ids that are made or read on this thread while it runs: the subscriber's own are among them. */
function recordSids(): { readonly sids: Set<Sid> } & Disposable {
  const { random, from } = Sid;
  const sids = new Set<Sid>();
  Sid.random = () => {
    const sid = random.call(Sid);
    sids.add(sid);
    return sid;
  };
  Sid.from = (words) => {
    const sid = from.call(Sid, words);
    sids.add(sid);
    return sid;
  };
  return { sids, [Symbol.dispose]: () => void Object.assign(Sid, { random, from }) };
}

for (const thread of kinds) {
  test(`P2 ${thread}: a notifier is told of the bell, and of nothing else`, { timeout: 60_000 }, async (t) => {
    await using kernel = await Kernel.start();
    const evidence = new Evidence();
    const netSid = Sid.from(bigWords());
    using net = await RawNotifier.start(kernel, netSid);
    const mainSid = Sid.from(bigWords());
    const main = await kernel.createServer({ sid: mainSid });
    using connection = await kernel.connect(netSid);
    const lane = await net.lane();

    using recorded = recordSids();
    const subscriber = new Subscriber(kernel, connection, ticks);
    const subscribing = subscriber.subscribe(main, opcode, { thread });
    subscribing.catch(() => {});
    const subscribe = await lane.next();
    assert.equal(subscribe.id, ticks.subscribe.opcode);
    const request = new Uint8Array(lane.message.shared.byteLength);
    request.set(new Uint8Array(lane.message.shared));

    // The one id that is told is in there; the search finds it.
    const told = [...recorded.sids].filter((sid) =>
      formsOf(sid).some(({ form, needle }) => form === "raw, little" && latin1(request).includes(needle as string)),
    );
    assert.equal(told.length, 1, "the request holds one id, the bell's");
    const bell = told[0] as Sid;

    const bytes = new Uint8Array(subscribe.length);
    const answer = { kind: "accepted", value: { sequence: 10, state: { number: 10, text: "" } } } as const;
    lane.answer(subscribe, 1, { bytes, valid: encode(ticks.subscribe.answer as never, answer as never, bytes) });
    const subscribed = await subscribing;
    assert.deepEqual([subscribed.sequence, subscribed.state.number], [10, 10]);

    // It rings, and tries all else.
    const ring = await net.connect(bell.words());
    const event = encodeNew(tick, { number: 11, text: "eleven" });
    const [means, mark] = thread === "direct" ? [opcode, toldMark(request, bell)] : [0, 0];
    ring.lane.write(Kind.move, ring.connection, means, 11, mark, event);
    assert.deepEqual(subscribed.take(await main.receive({ timeoutMs: 10_000 })), {
      value: { number: 11, text: "eleven" },
      sequence: 11,
      gap: 0,
    });
    for (const id of [0, 1, 2, opcode, 2 ** 32 - 1]) {
      if (id === means) continue;
      ring.lane.write(Kind.scalar, ring.connection, id);
      ring.lane.write(Kind.blockingScalar, ring.connection, id);
      assert((await ring.lane.next()).id > 256, "the kernel refuses it");
    }

    const leaving = subscribed.unsubscribe();
    const unsubscribe = await lane.next();
    assert.deepEqual([unsubscribe.a, unsubscribe.b, unsubscribe.c, unsubscribe.d], bell.words());
    lane.answer(unsubscribe, 1);
    await leaving;
    for (const refused of [
      await subscriber.subscribe(main, -1).catch((error: unknown) => error),
      subscribed,
      subscriber,
    ])
      evidence.see("what a subscriber prints", refused);

    evidence.know("main's id", mainSid);
    let others = 0;
    for (const sid of recorded.sids)
      if (sid !== bell && !sid.equals(bell)) evidence.know(`an id of the subscriber's (${(others += 1)})`, sid);
    assert(others >= (thread === "direct" ? 0 : 3), `${others} ids that nobody is told`);
    // With all memory that came along, of both rings.
    // (Node crashes when a port that is in use is printed.)
    for (const message of net.party.all)
      evidence.see("what the kernel tells the notifier", "port" in message ? { ...message, port: undefined } : message);
    evidence.see("the request", request);
    for (const message of net.party.all)
      if (message.type === "lane")
        assert.equal(receiveMessageOnPort(message.port), undefined, "something went by a port, and was not searched");
    const hits = evidence.hits();
    assert.equal(hits.length, 0, `an id was told: ${hits.slice(0, 6).join("; ")}`);

    if (thread !== "direct") {
      const forms = [String(opcode), opcode.toString(16), latin1(new Uint8Array(Uint32Array.of(opcode).buffer))];
      // What the notifier itself has written of it by guess is no leak: it is looked for in what it was told before.
      for (const text of renderings(request))
        for (const form of forms) assert(!text.includes(form), "main's opcode was told");
    }
    const { texts, characters } = evidence.size;
    report(t, `P2 ${thread}: 0 hits of ${others + 1} ids in ${texts} texts of ${characters} characters`);
  });
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** The mark that the request tells, which follows the bell's id, the opcode and the policy. */
function toldMark(memory: Uint8Array, bell: Sid): number {
  const id = Buffer.from(Uint32Array.from(bell.words()).buffer);
  const at = Buffer.from(memory).indexOf(id);
  return Buffer.from(memory).readDoubleLE(at + 16 + 4 + 1);
}
