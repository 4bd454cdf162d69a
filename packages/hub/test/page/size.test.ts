import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { packageFolder } from "../support/doorbell.ts";

const folder = join(packageFolder, "dist/page");

/** What a browser loads. */
const loaded = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.\w+$/.test(name) && name !== "licences.txt",
);
/** By their names without what tells their content. */
const kinds = loaded.map((name) => basename(name).replace(/-[\w-]{12}(?=\.)/, ""));
const textOf = (kind: string): string => readFileSync(join(folder, loaded[kinds.indexOf(kind)] as string), "utf8");

/** What the page may weigh, compressed. */
const BYTES_MAX = 60_000;

test("the page is small", (t) => {
  assert.deepEqual(kinds.toSorted(), ["icon.svg", "index.html", "page.css", "page.js"]);
  const bytes = loaded.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  t.diagnostic(`${bytes} bytes`);
  assert.ok(bytes <= BYTES_MAX, `the page is ${bytes} bytes, at most ${BYTES_MAX} may it be: leave something out`);
});

test("the page asks nobody else for anything, and has no code or style in itself", () => {
  const html = textOf("index.html");
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc="\/assets\/)|<style|\sstyle=|\son\w+=|https?:/i);
  assert.doesNotMatch(textOf("page.css"), /url\(|@import/i);
  const addresses = textOf("page.js").match(/https?:\/\/[^"'`\s]+/g) ?? [];
  // Names of what a browser draws, which are no addresses.
  assert.deepEqual(
    addresses.filter((address) => !address.startsWith("http://www.w3.org/")),
    [],
  );
});

test("the licences of what is in the page go with it", () => {
  const text = readFileSync(join(folder, "licences.txt"), "utf8");
  for (const name of ["preact", "@preact/signals", "@preact/signals-core", "eventsource-parser", "uqr"])
    assert.match(text, new RegExp(`^${name} \\d`, "m"));
});
