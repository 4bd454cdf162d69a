// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** `text` with its control characters spelled out: what another said, in a message that a terminal may show. */
export function spellOut(text: string): string {
  return text.replace(control, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
