import { KernelError } from "../errors.ts";
import { Path } from "./path.ts";

/** Bytes that a value is read from, step by step, with the path to what is being read. Nobody else writes to them. */
export class Input {
  readonly path: Path = new Path();
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Passes bytes, and says where they begin. */
  take(length: number): number {
    const at = this.at;
    if (this.end - at < length) this.refuse(`${length} bytes are needed, ${this.end - at} are left`);
    this.at = at + length;
    return at;
  }

  /** Reads how many follow. The caller holds it against its limit and what is left before it reserves anything. */
  length(bytes: 1 | 2 | 4): number {
    const at = this.take(bytes);
    if (bytes === 1) return this.view.getUint8(at);
    return bytes === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  refuse(what: string, options?: ErrorOptions): never {
    throw new KernelError("SerializationError", `${this.path.toString()} at byte ${this.at}: ${what}`, options);
  }
}
