import { encode } from "uqr";

/** Light modules around the code: fewer, and it is not found. */
const QUIET = 4;

/** A QR code as the path of an SVG, a unit a module. */
export interface QrCode {
  /** Units a side, the quiet zone included. */
  readonly size: number;
  /** The dark modules. */
  readonly path: string;
}

/** The QR code of a text of up to 2,331 bytes, of which 15 % may be illegible. */
export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  return { size, path: data.map((row, y) => rowPath(row, y)).join("") };
}

/** The dark modules of a row, those side by side as one. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    path += `M${from} ${y}h${x + 1 - from}v1h${from - x - 1}z`;
  }
  return path;
}
