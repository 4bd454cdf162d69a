/** Gives how much a test does: `short` with `npm test`, `whole` with `npm run test:long`, which runs it for that. */
export function sized<T>(short: T, whole: T): T {
  return process.env["DOORBELL_LONG"] === "1" ? whole : short;
}
