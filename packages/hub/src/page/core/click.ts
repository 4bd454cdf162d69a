/** Where a link of an item leads, as it may be opened and as it is told. */
export interface Click {
  readonly href: string;
  /** The host, or who the mail is for: the address itself may be long, and misleading. */
  readonly place: string;
}

/** A link that may be opened; undefined for none, and for what is no address of http, https or mailto. */
export function clickOf(text: string | undefined): Click | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case "http:":
    case "https:":
      return { href: url.href, place: url.host };
    case "mailto:":
      return { href: url.href, place: decoded(url.pathname) };
    default:
      return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
