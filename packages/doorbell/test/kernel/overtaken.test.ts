/** K9 at the moments at which a lane begins or ends: what was sent before another thread began to send is received first. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Sid } from "../../src/kernel/ids.ts";
import { Kind } from "../../src/kernel/ring/layout.ts";
import { Wake } from "../../src/kernel/ring/wake.ts";
import { connectTo } from "../../src/kernel/thread/connection.ts";
import { RingLane } from "../../src/kernel/thread/ring-lane.ts";
import { makeServer } from "../../src/kernel/thread/server.ts";
import { LoneStation } from "./support/lone-station.ts";
import type { RawLane } from "./support/raw-lane.ts";

const [early, late] = [6, 7];
const { opened } = LoneStation;
const send = (lane: RawLane, id: number): void => lane.write({ kind: Kind.scalar, id });

for (const looks of [0, 1, 2, 3])
  for (const isFull of [false, true])
    test(`a lane is laid after look ${looks} at the others${isFull ? ", which hold something" : ""}`, (t) => {
      using lone = new LoneStation();
      const { server } = makeServer(lone.station, { queueMax: 4 });
      const known = lone.lay(late);
      lone.station.control.handle(known.told);
      lone.station.control.handle(opened(late));
      const fresh = lone.lay(early);
      if (isFull) send(known.there, 0);

      // A receiver that is held up: at that look the other thread connects and sends, and only then the known one does.
      let left = looks;
      const hold = (): void => {
        if (left-- !== 0) return;
        lone.tell(fresh.told, opened(early));
        send(fresh.there, 1);
        send(known.there, 2);
      };
      const { get } = Object.getOwnPropertyDescriptor(Wake.prototype, "controlChanged") ?? {};
      assert(get !== undefined);
      t.mock.getter(Wake.prototype, "controlChanged", function (this: Wake) {
        const changed = get.call(this) as boolean;
        hold();
        return changed;
      });
      const { look } = RingLane.prototype;
      t.mock.method(RingLane.prototype, "look", function (this: RingLane) {
        const seen = look.call(this);
        hold();
        return seen;
      });
      const ids: number[] = [];
      for (let tries = 0; tries < 6; tries += 1) {
        const message = server.tryReceive();
        if (message !== undefined) ids.push(message.id);
      }
      assert.deepEqual(ids, isFull ? [0, 1, 2] : [1, 2], "a message was overtaken");
    });

test("what a thread that ends passed on does not overtake what others sent before", () => {
  using lone = new LoneStation();
  const { server } = makeServer(lone.station, { queueMax: 4 });
  const [one, other] = [lone.lay(early), lone.lay(late)];
  for (const { told } of [one, other]) lone.station.control.handle(told);
  for (const peer of [early, late]) lone.station.control.handle(opened(peer));
  send(one.there, 1);
  other.there.write({ kind: Kind.scalar, id: 2, depth: 1 });
  lone.tell({ type: "peerGone", peer: late });
  assert.deepEqual([server.tryReceive()?.id, server.tryReceive()?.id], [1, 2], "a message was overtaken");
  assert.equal(lone.station.lanes.get(late), undefined, "its lane has ended");
});

test("a connection of a thread to itself does not end while a send over it takes what others sent before", async () => {
  using lone = new LoneStation();
  const { station } = lone;
  const { server } = makeServer(station, { queueMax: 4 });
  const itself = { peer: station.thread, connection: 0 } as const;
  station.control.handle(opened(station.thread));
  const connecting = connectTo(station, Sid.random());
  const [{ request } = { request: 0 }] = lone.asked("connect");
  station.control.handle({ type: "connected", request, ...itself, queueMax: 4, opcodes: undefined });
  const connection = await connecting;
  const { told, there } = lone.lay(early);
  station.control.handle(told);

  // What arrives names a connection of which the news is there, and behind it that of the end.
  send(there, 1);
  lone.news.push(opened(early), { type: "closed", ...itself });
  assert.equal(connection.tryScalar(2), undefined);
  assert.deepEqual([server.tryReceive()?.id, server.tryReceive()?.id], [1, 2], "a message was overtaken, or lost");
});
