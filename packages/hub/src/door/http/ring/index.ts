/** What is said to a bell, in ntfy's ways. */
export { publicationToTopic } from "./json.ts";
export { publicationOf, type Said, textOf } from "./publication.ts";
