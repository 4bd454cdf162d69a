export { SourcesOnThread, type SourceThreadEvent } from "./sources-on-thread.ts";
