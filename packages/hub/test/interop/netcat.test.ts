import assert from "node:assert/strict";
import { test } from "node:test";

import { bin, doorbell, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { netcatMissing } from "../support/needs.ts";
import { Program } from "../support/program.ts";

/** The sessions of "A notification client in Twisted", as they are printed there. */
const EXAMPLE = `
  C:  random?
  S:  456902234
  C:  classified?
  S:  Nice appart in the 11e.
  C:  notif
  S:  OK
  S:  notif: classified
  S:  notif: random
  C:  stop_notif
  S:  OK
  C:  random?
  S:  89765234756  
  C:  notif
  S:  OK
  S:  notif: classified
`;

const FIRST_STEP = `
  C:  random?
  S:  5739578
  C:  classified?
  S:  A cool duplex in the 11e
`;

interface Replay {
  /** Makes what the notification at this place of the session is about become available. */
  readonly happens: (source: string) => Promise<void> | void;
  /** A number that comes by chance, when the session has none, is no difference. */
  readonly numbersComeByChance?: boolean;
}

/** Plays the client's lines of a session through nc, and checks what the server says, line by line. */
async function replay(session: string, port: number, { happens, numbersComeByChance = false }: Replay): Promise<void> {
  await using nc = new Program("nc", ["-C", "127.0.0.1", String(port)]);
  let heard = 0;
  // What was left unread is announced again by the next "notif", without anything new.
  const announced = new Set<string>();
  for (const [, who, text = ""] of session.matchAll(/^ *([CS]): +(.*?) *$/gm)) {
    if (who === "C") {
      nc.send(text);
      continue;
    }
    const source = /^notif: (.*)$/.exec(text)?.[1];
    if (source !== undefined && !announced.has(source)) {
      announced.add(source);
      await happens(source);
    }
    let line = await nc.line(heard++);
    while (numbersComeByChance && line === "notif: random" && text !== line) line = await nc.line(heard++);
    if (/^\d+$/.test(text)) assert.match(line, /^\d{1,16}$/);
    else assert.equal(line, text);
  }
  assert.equal(nc.stdout.replaceAll("\r\n", "").search(/[\r\n]/), -1, "every line ends in CRLF");
  nc.send("quit");
  await nc.until("OK", () => nc.lines.at(-1) === "OK");
}

test("the example session, with nc, comes out line by line as it was recorded", { skip: netcatMissing }, async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  assert.equal(await other.ask("post Nice appart in the 11e."), "OK");
  const happens = async (source: string): Promise<void> => {
    if (source === "random") hub.newNumber();
    else assert.equal(await other.ask("post A cool duplex in the 11e"), "OK");
  };
  await replay(EXAMPLE, hub.port, { happens });
});

test(
  "the example session, with nc and the command's own random numbers, comes out the same",
  { skip: netcatMissing },
  async () => {
    await using hub = await startHubProcess({ args: ["--random-rate", "300"] });
    const post = async (text: string): Promise<void> =>
      assert.equal((await doorbell(["post", ...hub.at, text])).code, 0);
    await post("Nice appart in the 11e.");
    const happens = async (source: string): Promise<void> =>
      source === "random" ? undefined : post("A cool duplex in the 11e");
    await replay(EXAMPLE, hub.port, { happens, numbersComeByChance: true });
  },
);

test("the session of step 1, with nc", { skip: netcatMissing }, async () => {
  await using hub = await startHubProcess();
  await using other = await connectLine(hub);
  assert.equal(await other.ask("post A cool duplex in the 11e"), "OK");
  await replay(FIRST_STEP, hub.port, { happens: () => assert.fail("nothing is announced") });
});

for (const { command, asked, said, code, printed } of [
  { command: ["random"], asked: "random?", said: ["5739578"], code: 0, printed: "5739578\n" },
  { command: ["random"], asked: "random?", said: ["A cool duplex in the 11e"], code: 1, printed: "" },
  {
    command: ["classified"],
    asked: "classified?",
    said: ["A cool duplex in the 11e", ""],
    code: 0,
    printed: "A cool duplex in the 11e\n",
  },
  { command: ["post", "hello"], asked: "post hello", said: ["OK"], code: 0, printed: "" },
  { command: ["post", "hello"], asked: "post hello", said: ["HTTP/1.1 400 Bad Request"], code: 1, printed: "" },
  { command: ["post", "hello"], asked: "post hello", said: ["error: not today"], code: 1, printed: "" },
])
  test(
    `doorbell ${command.join(" ")} at "nc -C -l", where a hand answers ${JSON.stringify(said)}`,
    { skip: netcatMissing },
    async () => {
      await using nc = new Program("nc", ["-v", "-C", "-l", "127.0.0.1", "0"]);
      await nc.until("its port", () => /Listening on \S+ \d+/.test(nc.stderr));
      const port = /Listening on \S+ (\d+)/.exec(nc.stderr)?.[1] ?? "";
      await using program = new Program(process.execPath, [bin, ...command, "--port", port]);
      for (const [index, answer] of said.entries()) {
        assert.equal(await nc.line(index), asked);
        nc.send(answer);
      }
      assert.equal((await program.ended).code, code, program.stderr);
      assert.equal(program.stdout, printed);
      assert.equal(program.stderr.split("\n").length, code === 0 ? 1 : 2);
    },
  );
