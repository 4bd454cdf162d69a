/** The task that piscina's thread runs. */
export default function echo(number: number): number {
  return number;
}
