/** What there is to be told of. */
export { Classifieds } from "./classifieds.ts";
export { Random } from "./random.ts";
