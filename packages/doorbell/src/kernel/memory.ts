import { KernelError } from "./errors.ts";

/** Where memory is: with its holder, lent out, moved to another thread, or let go of. */
type Place = "here" | "lent" | "moved" | "released";

/**
 * Memory that can be lent or moved: a handle on bytes of its own, whose `ArrayBuffer` has exactly their length.
 *
 * While it is lent, and for ever once it was moved, {@link Memory.bytes} fails with `ShareViolation`. What the engine
 * enforces differs: large memory that is moved is detached, so that older views of it are empty; small memory is copied, so
 * older views stay readable and writable, but nobody else sees what is written there. The receiver never works on the
 * lender's bytes, and a lend always comes back: as it was lent, if its server died.
 */
export class Memory implements Disposable {
  #buffer: ArrayBuffer;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #place: Place = "here";
  #views = 0;

  /** New memory of so many bytes, all zero. */
  constructor(byteLength: number | ArrayBuffer) {
    this.#buffer = typeof byteLength === "number" ? new ArrayBuffer(checkedLength(byteLength)) : byteLength;
  }

  /** Takes an `ArrayBuffer` over: use it through the handle alone from now on. */
  static adopt(buffer: ArrayBuffer): Memory {
    if (!(buffer instanceof ArrayBuffer) || buffer.resizable) {
      throw new KernelError("InvalidArgument", "Memory is made of an ArrayBuffer of fixed length.");
    }
    return new Memory(buffer);
  }

  /** Memory that holds a copy of these bytes. */
  static copyOf(bytes: Uint8Array): Memory {
    const memory = new Memory(bytes.length);
    memory.bytes.set(bytes);
    return memory;
  }

  /** The bytes. Fails with `ShareViolation` while they are lent, and after they were moved. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#place !== "here") throw shareViolation(this.#place);
    return (this.#bytes ??= new Uint8Array(this.#buffer));
  }

  /**
   * A look at the bytes that says when it ends: while one is open, a message that holds this memory is not passed on
   * (`MemoryInUse`).
   */
  view(): MemoryView {
    void this.bytes;
    this.#views += 1;
    return new MemoryView(this, () => (this.#views -= 1));
  }

  /** @internal Fails with `MemoryInUse` while it is looked at. */
  static assertUnseen(memory: Memory): void {
    if (memory.#views > 0)
      throw new KernelError("MemoryInUse", `${memory.#views} views of this memory are open: close them first.`);
  }

  /** How many bytes there are; 0 once they were moved. */
  get byteLength(): number {
    return this.#place === "moved" || this.#place === "released" ? 0 : this.#buffer.byteLength;
  }

  /** Where it is: `here`, `lent`, `moved` or `released`. */
  get place(): Place {
    return this.#place;
  }

  /** Lets go of the bytes. */
  [Symbol.dispose](): void {
    if (this.#place !== "here") return;
    this.#place = "released";
    this.#forget();
  }

  /** @internal The buffer, on its way out. */
  static lend(memory: Memory): ArrayBuffer {
    if (!(#buffer in memory)) throw new KernelError("InvalidArgument", "Lend and move take a Memory.");
    if (memory.#place !== "here") throw shareViolation(memory.#place);
    memory.#place = "lent";
    return memory.#buffer;
  }

  /** @internal Back from a lend, or from a move that could not be sent. */
  static comeBack(memory: Memory): ArrayBuffer {
    memory.#place = "here";
    return memory.#buffer;
  }

  /** @internal Gone for good. */
  static moved(memory: Memory): void {
    memory.#place = "moved";
    memory.#forget();
  }

  /** @internal Lets go of the bytes, and gives them back if nobody looks at them by a view that is open. */
  static release(memory: Memory): ArrayBuffer | undefined {
    if (memory.#place !== "here") return undefined;
    const buffer = memory.#buffer;
    memory[Symbol.dispose]();
    return memory.#views === 0 ? buffer : undefined;
  }

  #forget(): void {
    this.#buffer = nothing;
    this.#bytes = undefined;
  }
}

/** An open view of memory. Dispose of it when the look is over: `using view = message.view()`. */
export class MemoryView implements Disposable {
  readonly #memory: Memory;
  #close: (() => void) | undefined;

  /** @internal */
  constructor(memory: Memory, close: () => void) {
    this.#memory = memory;
    this.#close = close;
  }

  /** The bytes. Fails with `ShareViolation` once the view is closed, or the memory has gone. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#close === undefined)
      throw new KernelError("ShareViolation", "This view of memory was closed.", { detail: "closed" });
    return this.#memory.bytes;
  }

  [Symbol.dispose](): void {
    this.#close?.();
    this.#close = undefined;
  }
}

function checkedLength(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length > 2 ** 32 - 1) {
    throw new KernelError("InvalidArgument", "Memory has a length of whole bytes, 0 to 2 ** 32 - 1.");
  }
  return length;
}

function shareViolation(place: Place): KernelError {
  const why = { here: "", lent: "is lent until its answer comes", moved: "was moved away", released: "was let go of" };
  return new KernelError("ShareViolation", `This memory ${why[place]}.`, { detail: place });
}

const nothing = new ArrayBuffer(0);
