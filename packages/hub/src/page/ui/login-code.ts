/** The one-time code of a login link. It is taken out of the address at once, so that it is not copied on with it. */
export function takeCode(): string | undefined {
  if (location.pathname !== "/login") return undefined;
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/");
  return code === "" ? undefined : code;
}
