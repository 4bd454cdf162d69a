/** A picture of a screen, three bytes a pixel; black is background. */
export class Picture {
  readonly width: number;
  readonly height: number;
  /** Where it was on the screen. */
  readonly x: number;
  readonly y: number;
  readonly #pixels: Buffer;

  constructor(pixels: Buffer, width: number, x: number = 0, y: number = 0) {
    this.#pixels = pixels;
    this.width = width;
    this.height = width === 0 ? 0 : pixels.length / 3 / width;
    this.x = x;
    this.y = y;
  }

  /** The picture in a file of X's own format, with 32 bits a pixel, as Xvfb has it. */
  static ofWindowDump(file: Buffer): Picture {
    const field = (index: number): number => file.readUInt32BE(4 * index);
    const [header, width, height, colors] = [field(0), field(4), field(5), field(19)];
    const from = header + 12 * colors;
    const pixels = Buffer.allocUnsafe(3 * width * height);
    // Blue comes first there, and every fourth byte is empty.
    for (let at = 0, source = from; at < pixels.length; at += 3, source += 4) {
      pixels[at] = file[source + 2] as number;
      pixels[at + 1] = file[source + 1] as number;
      pixels[at + 2] = file[source] as number;
    }
    return new Picture(pixels, width);
  }

  get isEmpty(): boolean {
    return this.#pixels.length === 0;
  }

  equals(other: Picture): boolean {
    return this.width === other.width && this.#pixels.equals(other.#pixels);
  }

  /** How many pixels are of a colour: `224466`. */
  count(color: string): number {
    const wanted = Buffer.from(color, "hex");
    let count = 0;
    for (let at = 0; at < this.#pixels.length; at += 3)
      if (this.#pixels.subarray(at, at + 3).equals(wanted)) count += 1;
    return count;
  }

  /** The smallest part that has all that is not black; a picture of nothing if all of it is. */
  cropped(): Picture {
    let [left, top, right, bottom] = [this.width, this.height, -1, -1];
    for (let y = 0; y < this.height; y += 1)
      for (let x = 0; x < this.width; x += 1) {
        const at = 3 * (y * this.width + x);
        if (this.#pixels[at] === 0 && this.#pixels[at + 1] === 0 && this.#pixels[at + 2] === 0) continue;
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      }
    if (right < 0) return new Picture(Buffer.alloc(0), 0);
    const rows = Array.from({ length: bottom - top + 1 }, (_, row) => {
      const from = 3 * ((top + row) * this.width + left);
      return this.#pixels.subarray(from, from + 3 * (right - left + 1));
    });
    return new Picture(Buffer.concat(rows), right - left + 1, left, top);
  }
}
