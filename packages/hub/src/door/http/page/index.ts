/** The page's files. */
export { type PageFile, pageFolder, readPageFiles } from "./files.ts";
