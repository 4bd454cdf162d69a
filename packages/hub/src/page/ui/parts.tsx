/** Small parts that several views show. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { isAway, type StreamState } from "../core/stream.ts";
import { qrCode, shownText } from "../core/text.ts";

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Drawings in a square of 24; the words beside them say what they mean. */
const PATHS = {
  bell: "M3 19a1 1 0 0 1 0-2h1a8 8 0 0 1 7-7.9V7H9.500a1 1 0 0 1 0-2h5a1 1 0 0 1 0 2H13v2.100A8 8 0 0 1 20 17h1a1 1 0 0 1 0 2z",
  inbox: "M5 4h14l3 10v5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-5zm1.500 2L4.200 14H8l1.500 2.500h5L16 14h3.800L17.500 6z",
  dice: "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2m0 2v14h14V5zm3 2h2v2H8zm3 4h2v2h-2zm3 4h2v2h-2z",
  board:
    "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-7v3h-2v-3H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1m1 2v9h14V6zm2 2h10v2H7zm0 3h6v2H7z",
  network:
    "M12 5a15 15 0 0 1 10.600 4.400l-1.400 1.400a13 13 0 0 0-18.400 0L1.400 9.400A15 15 0 0 1 12 5m0 5a10 10 0 0 1 7 2.900l-1.400 1.400a8 8 0 0 0-11.300 0L5 12.900A10 10 0 0 1 12 10m0 5a5 5 0 0 1 3.500 1.500L12 20l-3.500-3.500A5 5 0 0 1 12 15",
  link: "M13 4h7v7h-2V7.400l-8.300 8.300-1.400-1.400L16.600 6H13zM5 6h5v2H6v10h10v-4h2v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1",
  search:
    "M10.500 4a6.500 6.500 0 0 1 5.200 10.400l4.700 4.600-1.400 1.400-4.700-4.600A6.500 6.500 0 1 1 10.500 4m0 2a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9",
  menu: "M3 6h18v2H3zm0 5h18v2H3zm0 5h18v2H3z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
} as const;

export function Brand({ isHeading = false }: { readonly isHeading?: boolean }): JSX.Element {
  const inside = (
    <>
      <Icon name="bell" /> Doorbell
    </>
  );
  return isHeading ? <h1 class="brand">{inside}</h1> : <p class="brand">{inside}</p>;
}

/** Whether what is new arrives. */
export function Connection({ state }: { readonly state: StreamState }): JSX.Element {
  if (state.kind === "live") return <p class="connection live">Live</p>;
  return <p class="connection">{isAway(state) || state.kind === "ended" ? "Offline" : "Connecting …"}</p>;
}

export function LongText({ text }: { readonly text: string }): JSX.Element {
  const isWhole = useSignal(false);
  const start = text.split("\n", LINES_MAX).join("\n").slice(0, CHARACTERS_MAX);
  const isLong = start.length < text.length;
  return (
    <>
      <p class="text" dir="auto">
        {shownText(isWhole.value || !isLong ? text : start)}
        {isLong && !isWhole.value && " …"}
      </p>
      {isLong && (
        <button
          type="button"
          class="quiet more"
          aria-expanded={isWhole.value}
          onClick={() => (isWhole.value = !isWhole.value)}
        >
          {isWhole.value ? "Show less" : "Show all"}
        </button>
      )}
    </>
  );
}

/** What is shown of a text before somebody wants all of it. */
const LINES_MAX = 8;
const CHARACTERS_MAX = 600;

/** A line that is there to be copied. */
export function CopyLine({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  const said = useSignal("");
  const line = useRef<HTMLElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "Copied";
    } catch {
      // Where the page may not write there, it selects what Ctrl-C takes.
      if (line.current !== null) getSelection()?.selectAllChildren(line.current);
      said.value = "Press Ctrl-C";
    }
  };
  return (
    <div class="copy">
      <code ref={line} tabIndex={0} aria-label={name}>
        {text}
      </code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${name}`}>
        {said.value === "" ? "Copy" : said.value}
      </button>
      <span role="status" class="hidden">
        {said.value}
      </span>
    </div>
  );
}

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
