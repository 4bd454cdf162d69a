export { SourcesOnThread, type SourcesOnThreadOptions, type SourceThreadEvent } from "./sources-on-thread.ts";
