/** Handlers as methods, as fields and as options: all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, HigherLevelClient } from "../../../src/line/client/client.ts";
import type { ClientOptions } from "../../../src/line/client/connect.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { Bench, settle } from "../../support/client-mock.ts";

type Handler = "randomReceived" | "classifiedReceived" | "randomAvailable" | "classifiedAvailable";
type Note = (what: string) => void;

/** A client class with a handler, as a program may write it. */
const ways: Readonly<Record<string, (handler: Handler, note: Note) => [typeof Client, ClientOptions]>> = {
  "a method": (handler, note) => {
    class Own extends HigherLevelClient {}
    Object.assign(Own.prototype, { [handler]: note });
    return [Own, {}];
  },
  "a field": (handler, note) => {
    class Own extends HigherLevelClient {
      readonly field: void = void Object.defineProperty(this, handler, { value: note });
    }
    return [Own, {}];
  },
  "a field, beside a connectionMade that calls no other": (handler, note) => {
    class Own extends HigherLevelClient {
      readonly field: void = void Object.defineProperty(this, handler, { value: note });
      override connectionMade(): void {}
    }
    return [Own, {}];
  },
  "an option": (handler, note) => {
    const source = handler.startsWith("random") ? "random" : "classified";
    return [HigherLevelClient, { [handler.endsWith("Received") ? "received" : "available"]: { [source]: note } }];
  },
};

for (const [way, make] of Object.entries(ways))
  for (const handler of ["randomReceived", "classifiedReceived", "randomAvailable", "classifiedAvailable"] as const)
    test(`${handler} as ${way}: a higher-level client enters the mode by itself, and calls it`, async () => {
      const told: unknown[] = [];
      const [type, options] = make(handler, (what) => void told.push(what));
      const stand = new Bench(options, type);
      stand.wire.open();
      await settle();
      assert.deepEqual(stand.wire.heard(), ["notif"]);
      const isRandom = handler.startsWith("random");
      const asks = await stand.say("OK", isRandom ? "notif: random" : "notif: classified");
      if (handler.endsWith("Available")) {
        assert.deepEqual([asks, told], [[], [undefined]]);
        return;
      }
      assert.deepEqual(asks, ["stop_notif"]);
      assert.deepEqual(await stand.say("OK"), [isRandom ? "random?" : "classified?"]);
      assert.deepEqual(await stand.say("42"), ["notif"]);
      assert.deepEqual(told, [isRandom ? 42 : "42"]);
      assert.deepEqual(await stand.reconnect(), ["notif"], "and once for each connection");
    });

test("a higher-level client without a handler enters no mode", async () => {
  const stand = new Bench({ available: {} }, HigherLevelClient);
  stand.wire.open();
  await settle();
  assert.deepEqual(stand.wire.heard(), []);
});

test("an option is called in the place of the method of its name", async () => {
  const told: string[] = [];
  class Own extends HigherLevelClient {
    override randomReceived(): void {
      told.push("method");
    }
  }
  const stand = new Bench({ received: { random: () => told.push("option") } }, Own);
  stand.wire.open();
  await settle();
  for (const line of ["OK", "notif: random", "OK", "42", "OK"]) await stand.say(line);
  assert.deepEqual(told, ["option"]);
});

test("fields of a plain client are called as methods are, from the first connection on", async () => {
  const told: unknown[] = [];
  class Fields extends Client {
    readonly #note = (name: string) => (given: unknown) => void told.push([name, given]);
    readonly field: void = void Object.assign(this, {
      connectionMade: this.#note("made"),
      connectionLost: this.#note("lost"),
      randomAvailable: () => {
        told.push("random");
        throw new Error("a handler's own");
      },
      classifiedAvailable: () => told.push("classified"),
      failed: (error: Error) => told.push(error.message),
    });
  }
  const stand = new Bench({}, Fields);
  stand.wire.open();
  await settle();
  await stand.say("notif: random", "notif: classified");
  assert.deepEqual(told.splice(0), [["made", undefined], "random", "a handler's own", "classified"]);
  assert.deepEqual(stand.wire.heard(), [], "a plain client enters no mode by itself");
  await stand.reconnect();
  assert.deepEqual(
    (told as [string, unknown][]).map(([name]) => name),
    ["lost", "made"],
  );
});

test("connectionLost is called once for each connection that is lost, whatever fails after it", async () => {
  const told: unknown[] = [];
  class Own extends Client {
    override connectionMade(): void {
      told.push("made");
    }
    override connectionLost(_cause: unknown, reconnects: boolean): void {
      told.push(reconnects);
    }
  }
  const stand = new Bench({}, Own);
  const fail = async (): Promise<void> => {
    const { length } = stand.net.wires;
    stand.wire.close(new Error("ECONNREFUSED"));
    await settle();
    while (stand.net.wires.length === length) assert.ok(stand.clock.runNext(stand.clock.now() + 60_000));
  };
  for (let times = 0; times < 3; times += 1) await fail();
  assert.deepEqual(told, [], "none was made, none is lost");
  stand.wire.open();
  for (let times = 0; times < 4; times += 1) await fail();
  assert.deepEqual(told, ["made", true]);
  stand.wire.open();
  await settle();
  await stand.client.close();
  await settle();
  assert.deepEqual(told, ["made", true, "made"], "who closes knows");
});

test("without reconnecting, connectionLost says so; for an attempt that fails it is not called", async () => {
  for (const opens of [true, false]) {
    const told: boolean[] = [];
    class Own extends Client {
      override connectionLost(_cause: unknown, reconnects: boolean): void {
        told.push(reconnects);
      }
    }
    const stand = new Bench({ reconnect: false }, Own);
    if (opens) stand.wire.open();
    await settle();
    stand.wire.close();
    await settle();
    assert.deepEqual(told, opens ? [false] : []);
    assert.equal(stand.net.wires.length, 1);
  }
});

test("notify and stopNotify give the server's OK, as in the how-to", async () => {
  const stand = new Bench();
  stand.wire.open();
  for (const call of ["notify", "stopNotify", "stopNotify"] as const) {
    const asked = stand.client[call]();
    await stand.say("OK");
    assert.equal(await asked, "OK");
  }
});

test("callers without types hear what is wrong", async () => {
  const isInvalid = (message: RegExp) => ({ code: "InvalidArgument", message });
  class Five extends HigherLevelClient {
    readonly field: void = void Object.defineProperty(this, "randomReceived", { value: 5 });
  }
  const stand = new Bench({}, Five);
  const failed = assert.rejects(stand.client.connected, isInvalid(/randomReceived is a function, not a number/));
  stand.wire.open();
  await failed;
  assert.throws(() => Reflect.construct(Client, []), isInvalid(/connect\(options\)/));
  assert.throws(() => new MemorySource().push(5 as never), isInvalid(/an item is a text/));
  const server = new LineServer({ sources: {} });
  await assert.rejects(server.listen("7003" as never), isInvalid(/options are an object/));
  await assert.rejects(server.listen({ prot: 0 } as never), isInvalid(/no option "prot"; there are: .*port/));
  await server.close();
});
