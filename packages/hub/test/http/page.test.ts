import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { HttpWorld } from "../support/http-world.ts";
import { rawHttp } from "../support/raw-http.ts";

test("the page's files come with their types, a policy, and no second time", async () => {
  using folder = newFolder();
  mkdirSync(folder.file("page/assets"), { recursive: true });
  writeFileSync(folder.file("page/index.html"), "<!doctype html>");
  writeFileSync(folder.file("page/assets/app-1a2b.js"), "export {};");
  writeFileSync(folder.file("secret.txt"), "secret");
  await using world = await HttpWorld.open({ pageFolder: folder.file("page") });
  for (const path of ["/", "/login"]) {
    const page = await world.ask(path);
    assert.equal(await page.text(), "<!doctype html>");
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.equal(
      page.headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    );
    for (const [name, value] of [
      ["x-content-type-options", "nosniff"],
      ["referrer-policy", "no-referrer"],
      ["cross-origin-opener-policy", "same-origin"],
      ["cross-origin-resource-policy", "same-origin"],
    ] as const)
      assert.equal(page.headers.get(name), value);
    const again = await world.ask(path, { headers: { "if-none-match": page.headers.get("etag") ?? "" } });
    assert.deepEqual([again.status, await again.text()], [304, ""]);
  }
  const script = await world.ask("/assets/app-1a2b.js");
  assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal((await world.ask("/", { method: "HEAD" })).status, 200);
  for (const path of [
    "/assets/none.js",
    "/assets/../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/secret.txt",
    "/assets/",
  ]) {
    const answer = await rawHttp(
      world.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost:${world.port}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 404 /, path);
    assert.doesNotMatch(answer, /\nsecret/);
  }
});

test("a page that was not built is told", async () => {
  using folder = newFolder();
  await using world = await HttpWorld.open({ pageFolder: folder.file("none") });
  const page = await world.ask("/");
  assert.equal(page.status, 404);
  assert.equal(((await page.json()) as { code: string }).code, "NotBuilt");
});
