import type { JSX } from "preact";

import { qrCode } from "../core/index.ts";

/** Dark on light in either theme: many cameras read no other. */
export function QrPicture({ text }: { readonly text: string }): JSX.Element {
  const { size, path } = qrCode(text);
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="The address as a QR code"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
