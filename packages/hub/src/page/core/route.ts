/** What of the hub is looked at; it stands in the address behind the `#`, so that it can be gone back to. */
export type Route =
  | { readonly kind: "items"; readonly inbox: string }
  | { readonly kind: "bells"; readonly inbox: string }
  | { readonly kind: "source"; readonly source: string };

export function routeOf(hash: string): Route | undefined {
  const [, kind, name = ""] = /^#(items|bells|source)\/([\w-]{1,64})$/.exec(hash) ?? [];
  switch (kind) {
    case "items":
    case "bells":
      return { kind, inbox: name };
    case "source":
      return { kind, source: name };
    default:
      return undefined;
  }
}

export function hashOf(route: Route): string {
  return `#${route.kind}/${route.kind === "source" ? route.source : route.inbox}`;
}
