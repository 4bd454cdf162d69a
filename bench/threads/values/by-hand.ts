/** A codec written for this one shape, which checks nothing: the limit. Labels are of ASCII, as these are. */
import type { Reading, Sample } from "./reading.ts";

export class ByHand {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Writes it at that place; where it ends. */
  write({ at: time, station, samples }: Reading, start: number): number {
    const view = this.#view;
    view.setFloat64(start, time, true);
    let at = this.#writeText(station, start + 8);
    view.setUint32(at, samples.length, true);
    at += 4;
    for (const { id, value, label, good } of samples) {
      view.setUint32(at, id, true);
      view.setFloat64(at + 4, value, true);
      this.#bytes[at + 12] = good ? 1 : 0;
      at = this.#writeText(label, at + 13);
    }
    return at;
  }

  read(start: number): Reading {
    const view = this.#view;
    const time = view.getFloat64(start, true);
    const station = this.#readText(start + 8);
    let at = start + 9 + station.length;
    const samples = Array.from<Sample>({ length: view.getUint32(at, true) });
    at += 4;
    for (let index = 0; index < samples.length; index += 1) {
      const label = this.#readText(at + 13);
      samples[index] = {
        id: view.getUint32(at, true),
        value: view.getFloat64(at + 4, true),
        label,
        good: this.#bytes[at + 12] === 1,
      };
      at += 14 + label.length;
    }
    return { at: time, station, samples };
  }

  #writeText(text: string, at: number): number {
    this.#bytes[at] = text.length;
    for (let index = 0; index < text.length; index += 1) this.#bytes[at + 1 + index] = text.charCodeAt(index);
    return at + 1 + text.length;
  }

  #readText(at: number): string {
    const end = at + 1 + (this.#bytes[at] ?? 0);
    let text = "";
    for (let index = at + 1; index < end; index += 1) text += String.fromCharCode(this.#bytes[index] ?? 0);
    return text;
  }
}
