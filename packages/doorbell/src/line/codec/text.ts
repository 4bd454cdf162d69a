/** C0, DEL and C1: what no line may hold. A terminal would act on them, and a reader could take them for line ends. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** Whether `text` can stand in a line: no control character in it (line ends and tabs included). */
export function isPlain(text: string): boolean {
  return !control.test(text);
}

const sourceName = /^[a-z][a-z0-9_-]{0,62}$/;

/** Whether `name` can name a source: 1 to 63 of `a-z 0-9 _ -`, a letter first. */
export function isSourceName(name: string): boolean {
  return sourceName.test(name);
}
