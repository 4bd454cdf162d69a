/** What an item of a source is: a number of `random`, a line of any other, either where the name is not known. */
export type Item<Source extends string> = Source extends "random"
  ? number
  : string extends Source
    ? number | string
    : string;
