/** What rings a bell at a shell. */
export function curlLine(address: string): string {
  return `curl -d "Hello" ${quoted(address)}`;
}

/** A word that no shell takes apart. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
