import { isUtf8 } from "node:buffer";

export interface NaiveLines {
  readonly lines: readonly string[];
  readonly fault: "LineTooLong" | "NotUtf8" | undefined;
}

/** What a whole stream's lines are, said as plainly as can be: the reference for the splitter, and for the model. */
export function naiveLines(stream: Buffer, bytesMax: number): NaiveLines {
  const pieces = stream.toString("latin1").split("\n");
  const rest = pieces.pop() as string;
  const lines: string[] = [];
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.endsWith("\r") ? piece.slice(0, -1) : piece, "latin1");
    if (bytes.length > bytesMax) return { lines, fault: "LineTooLong" };
    if (!isUtf8(bytes)) return { lines, fault: "NotUtf8" };
    lines.push(bytes.toString());
  }
  // A last CR may yet become a line end.
  const tooLong = rest.length > bytesMax + 1 || (rest.length === bytesMax + 1 && !rest.endsWith("\r"));
  return { lines, fault: tooLong ? "LineTooLong" : undefined };
}
