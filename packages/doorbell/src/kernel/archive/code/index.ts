/** Code that is written for a shape. */
export { Code } from "./code.ts";
export { callToRead, callToWrite, compileRead, compileWrite, type Read, refused, type Write } from "./compile.ts";
