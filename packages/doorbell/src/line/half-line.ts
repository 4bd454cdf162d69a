/** The beginning of the answer to a last line that has no end and is not done: a client that ends all its lines was cut off. */
export const HALF_LINE: string = "the last line has no end";
