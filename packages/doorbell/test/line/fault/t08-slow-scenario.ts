/**
 * A slow but moving reader, in a namespace where the system keeps few bytes, so that slowness is felt soon. To be run by
 * t08-slow-reader.test.ts.
 */
import { newFolder } from "@doorbell-js/test-support/folder";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { systemClock } from "../../../src/line/time.ts";
import { kinds, listenAt, missing, type Kind } from "../../support/doors.ts";
import { bringUp, tell, tune } from "../../support/namespace.ts";
import { Waiting } from "../../support/waiting.ts";
import type { Wire } from "../../support/wire.ts";
import { type Door, wire } from "../../support/wire.ts";

export interface SlowResult {
  readonly kind: Kind;
  /** Bytes a second at which it read. */
  readonly rate: number;
  readonly tookMs: number;
  readonly answers: readonly number[];
  readonly endedWell: boolean;
  readonly stalled: number;
  readonly waitingMax: number;
}

const [, , stallMs = "1000"] = process.argv;
const ITEM_BYTES = 1_000;
/** What TCP keeps can be made small here; what a Unix socket keeps (200 KB) cannot, so its reader is faster. */
const pace: Readonly<Record<Kind, { rate: number; items: number }>> = {
  tcp: { rate: 10_000, items: 80 },
  tls: { rate: 10_000, items: 80 },
  unix: { rate: 200_000, items: 1_600 },
};
/** The most that one look at the server's clock counts: while this process is not served, its reader cannot move either. */
const LOOK_MS = 100;
let served = 0;
let last = performance.now();
systemClock.now = () => {
  const now = performance.now();
  served += Math.min(now - last, LOOK_MS);
  last = now;
  return served;
};
setInterval(() => systemClock.now(), LOOK_MS / 2).unref();

bringUp();
for (const knob of ["tcp_rmem", "tcp_wmem"]) tune(knob, "4096 8192 8192");
const results = await Promise.all(kinds.filter((kind) => missing(kind) === false).map(readSlowly));
tell(results);

async function readSlowly(kind: Kind): Promise<SlowResult> {
  const { rate, items } = pace[kind];
  using folder = newFolder();
  const source = new MemorySource({ keep: items });
  for (let item = 0; item < items; item += 1) source.push(`${item} `.padEnd(ITEM_BYTES, "x"));
  await using server = new LineServer({
    sources: { source },
    limits: { stallMs: Number(stallMs), pendingBytesMax: 4_096 },
  });
  const door: Door = await listenAt(server, kind, folder);
  using waiting = new Waiting();
  await using reader: Wire = await wire(door);
  const start = performance.now();
  reader.send(`${"source?\r\n".repeat(items)}quit\r\n`);
  let read = 0;
  reader.socket.on("data", (text: string) => {
    read += text.length;
    const aheadMs = (read / rate) * 1_000 - (performance.now() - start);
    if (aheadMs <= 0) return;
    reader.socket.pause();
    setTimeout(() => reader.socket.resume(), aheadMs);
  });
  await new Promise<void>((resolve) => reader.socket.once("close", () => resolve()));
  const tookMs = performance.now() - start;
  const answers = reader.lines.slice(0, items).map((line) => Number.parseInt(line, 10));
  const { stalled } = server.stats().closed;
  return {
    kind,
    rate: (read / tookMs) * 1_000,
    tookMs,
    answers,
    endedWell: reader.lines.at(-1) === "OK",
    stalled,
    waitingMax: waiting.max,
  };
}
