import type { ServerResponse } from "node:http";

import type { Clock } from "../../../time/index.ts";
import { HttpError } from "../errors.ts";
import type { HttpLimits } from "../limits.ts";
import { EventStream, type StreamEnd } from "./event-stream.ts";
import { eventText, heartbeat } from "./format.ts";

/** All streams of events: how many there may be, signs of life, and an end for who does not read. */
export class EventStreams {
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  readonly #ended: (why: StreamEnd) => void;
  readonly #streams = new Set<EventStream>();
  #timer: { cancel(): void } | undefined;

  /** @param ended hears why each of them ended */
  constructor(limits: HttpLimits, clock: Clock, ended: (why: StreamEnd) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ended = ended;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Bytes that wait for the reader that is furthest behind. */
  get backlog(): number {
    return Math.max(0, ...[...this.#streams].map(({ backlog }) => backlog));
  }

  /** @throws HttpError 503 when there are as many as may be */
  checkRoom(): void {
    if (this.#streams.size >= this.#limits.readersMax) throw tooMany("the hub");
  }

  /** @throws HttpError 503 when there are as many as may be; 400 when the reader has left meanwhile, or says no more */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>): EventStream {
    this.checkRoom();
    const { socket } = response.req;
    if (socket.destroyed || socket.readableEnded)
      throw new HttpError(400, "BadRequest", "who reads events keeps the connection open in both directions");
    const stream: EventStream = new EventStream(response, headers, (why) => {
      this.#streams.delete(stream);
      this.#ended(why);
      if (this.#streams.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    });
    this.#streams.add(stream);
    this.#timer ??= this.#later();
    return stream;
  }

  /** Ends all; each is told to connect again. */
  end(): void {
    for (const stream of this.#streams)
      stream.end("stopping", eventText("end", JSON.stringify({ code: "Stopping", error: "the hub is stopping" })));
  }

  #later(): { cancel(): void } {
    return this.#clock.after(this.#limits.heartbeatMs, () => {
      for (const stream of this.#streams)
        if (stream.isStalled()) stream.end("slowConsumer", slow);
        else if (stream.backlog === 0) stream.write(heartbeat);
      this.#timer = this.#streams.size > 0 ? this.#later() : undefined;
    });
  }
}

const slow = eventText("end", JSON.stringify({ code: "SlowConsumer", error: "nothing was read for too long" }));

export function tooMany(what: string): HttpError {
  return new HttpError(503, "TooManyReaders", `${what} has as many streams of events as it may: close one`, 5_000);
}
