/** A worker that plays its parts of one scene after another. */
import { playAll } from "../support/play-all.ts";
import { type Part, playPart } from "./parts.ts";

await playAll(async (kernel, parts) => {
  await Promise.all((parts as readonly Part[]).map((part) => playPart(kernel, part)));
});
