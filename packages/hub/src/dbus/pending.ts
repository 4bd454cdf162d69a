import type { Message } from "dbus-native";

import type { Clock } from "../time/index.ts";
import type { BusCall, CallOptions } from "./call.ts";
import { BusError } from "./errors.ts";

const TIMEOUT_MS = 5_000;

/** As many calls may wait for their answer: what a system bus allows a connection. */
const CALLS_MAX = 128;

const BUS = "org.freedesktop.DBus";
const ERROR = 3;

interface Waiting {
  readonly destination: string;
  answered(answer: Message): void;
  failed(error: BusError): void;
}

/** The calls that wait for their answer. Each ends once: by its answer, its time, its signal, or the connection's end. */
export class PendingCalls {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #serial = 0;
  #ended: BusError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a call by `send`, and gives what is answered. */
  add(call: BusCall, options: CallOptions, send: (serial: number) => void): Promise<readonly unknown[]> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    const what = `${call.interface}.${call.member}`;
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended;
      if (signal?.aborted) throw aborted(what, signal);
      if (this.#waiting.size >= CALLS_MAX)
        throw new BusError("Busy", `${what} was not sent: ${CALLS_MAX} calls wait for their answers`);
      const serial = this.#nextSerial();
      const end = (): void => {
        this.#waiting.delete(serial);
        timer.cancel();
        signal?.removeEventListener("abort", abort);
      };
      const failed = (error: BusError): void => {
        end();
        reject(error);
      };
      const abort = (): void => failed(aborted(what, signal));
      const late = `${call.destination} did not answer ${what} within ${timeoutMs} ms; it may be done all the same`;
      const timer = this.#clock.after(timeoutMs, () => failed(new BusError("TimedOut", late)));
      signal?.addEventListener("abort", abort);
      const answered = (answer: Message): void => {
        end();
        if (answer.type === ERROR) reject(refused(call, answer));
        else resolve(answer.body ?? []);
      };
      this.#waiting.set(serial, { destination: call.destination, answered, failed });
      try {
        send(serial);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        failed(new BusError("InvalidArgument", `the arguments of ${what} cannot be sent: ${why}`, { cause }));
      }
    });
  }

  /** An answer came. One that is nobody's, or not from who was asked, is ignored. */
  answer(message: Message): void {
    const waiting = this.#waiting.get(message.replySerial ?? 0);
    if (waiting === undefined) return;
    const { destination } = waiting;
    // Who owns a well-known name is not known here; the bus lets nobody else answer. Errors are the bus's own, too.
    const named = destination.startsWith(":") || destination === BUS;
    if (named && message.sender !== destination && message.sender !== BUS) return;
    waiting.answered(message);
  }

  /** Whether nothing is answered any more. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Nothing will be answered any more, for the first reason that is given. */
  end(error: BusError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.failed(error);
  }

  /** 1 to 2³²−1, and again; one that a call still waits for is passed over. */
  #nextSerial(): number {
    do this.#serial = (this.#serial % 0xffff_ffff) + 1;
    while (this.#waiting.has(this.#serial));
    return this.#serial;
  }
}

function aborted(what: string, signal: AbortSignal | undefined): BusError {
  return new BusError("Aborted", `${what} was given up`, { cause: signal?.reason });
}

function refused({ destination, interface: name, member }: BusCall, { errorName, body }: Message): BusError {
  const said = typeof body?.[0] === "string" ? `${body[0]} (${errorName})` : errorName;
  const options = errorName === undefined ? {} : { dbusName: errorName };
  return new BusError("Refused", `${destination} refused ${name}.${member}: ${said}`, options);
}
