import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";

import { type RingReader, type RingWriter, type Slot, Where } from "../ring/index.ts";

/** The memory that goes by a lane: in line in its rings while it is small, else by its port. */
export class LaneBytes {
  readonly #out: RingWriter;
  readonly #in: RingReader;
  readonly #port: MessagePort;

  constructor(out: RingWriter, back: RingReader, port: MessagePort) {
    this.#out = out;
    this.#in = back;
    this.#port = port;
  }

  /** Where bytes are in the ring; -1 if they go by the port, because they are large; `undefined`, no room now. */
  place(bytes: Uint8Array): number | undefined {
    if (bytes.length > this.#out.inlineMax) return -1;
    const place = this.#out.place(bytes);
    return place < 0 ? undefined : place;
  }

  /** What is moved is detached; of what is lent a copy goes, so that a lend always comes back as it was lent. */
  post(buffer: ArrayBuffer, detach: boolean): void {
    const sent = detach ? buffer : buffer.slice(0);
    this.#port.postMessage(sent, [sent]);
  }

  /** The bytes of a slot, in a buffer of their own; `undefined` if they are not what the slot says. */
  take({ where, length, c: from }: Slot, into?: ArrayBuffer): ArrayBuffer | undefined {
    if (where === Where.none) return length === 0 ? (into ?? new ArrayBuffer(0)) : undefined;
    if (where === Where.inline) {
      if (length > this.#out.inlineMax) return undefined;
      const buffer = into?.byteLength === length ? into : new ArrayBuffer(length);
      return this.#in.copy(from, new Uint8Array(buffer)) ? buffer : undefined;
    }
    const posted: unknown = receiveMessageOnPort(this.#port)?.message;
    const good =
      where === Where.port && posted instanceof ArrayBuffer && !posted.resizable && posted.byteLength === length;
    return good ? posted : undefined;
  }
}
