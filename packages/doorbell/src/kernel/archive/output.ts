import { KernelError } from "../errors.ts";
import { Path } from "./path.ts";

/** `detail` of the error that says that the memory is too small, and not that the value is wrong. */
export const NO_ROOM = "room";

/** Memory that a value is written to, step by step, with the path to what is being written. */
export class Output {
  readonly path: Path = new Path();
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
    this.at = at;
  }

  /** Takes room, and says where it begins. */
  take(length: number): number {
    const at = this.at;
    if (this.end - at < length)
      throw new KernelError(
        "InvalidArgument",
        `${this.path.toString()}: no room for ${length} more bytes in the memory given, which has ${this.end}`,
        { detail: NO_ROOM },
      );
    this.at = at + length;
    return at;
  }

  /** Writes how many follow, in as many bytes as its shape says. */
  length(bytes: 1 | 2 | 4, length: number): void {
    const at = this.take(bytes);
    if (bytes === 1) this.view.setUint8(at, length);
    else if (bytes === 2) this.view.setUint16(at, length, true);
    else this.view.setUint32(at, length, true);
  }

  refuse(what: string): never {
    throw new KernelError("InvalidArgument", `${this.path.toString()}: ${what}`);
  }
}
