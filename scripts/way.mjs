/**
 * `node scripts/way.mjs [--functions]`: the way of one ring. Rings a bell of a hub over HTTP, beside a reader of its inbox, and prints which
 * source files and functions it entered, thread by thread, until the ring was answered and the reader had it: by V8's precise coverage,
 * of which the start and what happens anyway are taken away.
 */
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { SourceMap } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { ready, root } from "./ready.mjs";

/** Rings before the traced one, so that it makes nothing that is made once. */
const WARM_UP = 20;
/** Milliseconds without a ring, which show the functions that run anyway. */
const QUIET_MS = 1_500;

/** The source maps of the compiled files that were seen, by path. */
const maps = new Map();

ready();
const threads = await coveredThreads();
const { startHub } = await import(join(root, "packages/hub/dist/src/hub.js"));
const hub = await startHub({
  listen: [],
  randomPerMinute: 0,
  network: false,
  http: { host: "127.0.0.1", port: 0 },
  log: () => {},
});
const way = await walked(hub);
await hub[Symbol.asyncDispose]();
print(way, process.argv.includes("--functions"));
process.exit();

/** Starts coverage in this thread and in each that is started from now on. Gives each one's `post` by its name. */
async function coveredThreads() {
  const session = new Session();
  session.connect();
  const all = new Map([["main", (method, params) => session.post(method, params)]]);
  await begin(all.get("main"));
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) => {
    const answers = new Map();
    let asked = 0;
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      if (params.sessionId !== sessionId) return;
      const { id, result } = JSON.parse(params.message);
      answers.get(id)?.(result);
      answers.delete(id);
    });
    const post = (method, params = {}) =>
      new Promise((resolve) => {
        asked += 1;
        answers.set(asked, resolve);
        const message = JSON.stringify({ id: asked, method, params });
        session.post("NodeWorker.sendMessageToWorker", { message, sessionId }).catch(() => resolve({ result: [] }));
      });
    all.set(`${workerInfo.title} ${workerInfo.workerId}`, post);
    void begin(post);
  });
  await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  return all;
}

async function begin(post) {
  await post("Profiler.enable");
  await post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
}

/** Gives what was called in each thread since it was asked for the last time: how often, by the function's place in its source. */
async function taken() {
  const all = new Map();
  for (const [name, post] of threads) {
    const { result } = await post("Profiler.takePreciseCoverage");
    const calls = new Map();
    for (const { url, functions } of result) {
      if (!url.startsWith("file:") || !/packages\/\w+\/dist\//.test(url)) continue;
      for (const { functionName, ranges } of functions) {
        const [{ startOffset, count }] = ranges;
        if (count === 0 || (functionName === "" && startOffset === 0)) continue;
        const place = placeOf(fileURLToPath(url), startOffset);
        if (place === undefined) continue;
        const before = calls.get(place.key)?.calls ?? 0;
        calls.set(place.key, { ...place, name: functionName || "(anonymous)", calls: before + count });
      }
    }
    all.set(name, calls);
  }
  return all;
}

/** The file and line of a source that a place in a compiled file comes from. */
function placeOf(path, offset) {
  if (!maps.has(path)) {
    const text = readFileSync(path, "utf8");
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    maps.set(path, { starts, map: new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8"))) });
  }
  const { starts, map } = maps.get(path);
  const line = starts.findLastIndex((start) => start <= offset);
  const { originalSource, originalLine } = map.findEntry(line, offset - starts[line]);
  if (originalSource === undefined) return undefined;
  const source = originalSource.startsWith("file:") ? fileURLToPath(originalSource) : join(path, "..", originalSource);
  const file = relative(root, source);
  return { file, key: `${file}:${originalLine + 1}` };
}

async function walked({ http, keys }) {
  const url = `http://127.0.0.1:${http.port}`;
  const inbox = keys.inboxes.get("me");
  const authorization = (key) => ({ authorization: `Bearer ${key.text()}` });
  const made = await fetch(`${url}/v1/bells`, {
    method: "POST",
    headers: { ...authorization(inbox.manage), "content-type": "application/json" },
    body: JSON.stringify({ label: "way", perMinute: 1_000 }),
  });
  const { address } = await made.json();
  const events = await fetch(`${url}/v1/events`, { headers: authorization(inbox.read) });
  const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
  const heard = async (text) => {
    for (let said = ""; !said.includes(text); said += (await reader.read()).value);
  };
  const ring = async (text) => {
    const hears = heard(text);
    const response = await fetch(address, { method: "POST", body: text });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the ring was answered ${response.status}`);
    await hears;
  };
  for (let each = 1; each <= WARM_UP; each += 1) await ring(`warm up ${each}.`);
  await taken();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const anyway = await taken();
  await ring("the one.");
  const all = await taken();
  for (const [name, calls] of all) for (const key of anyway.get(name).keys()) calls.delete(key);
  return all;
}

function print(all, isWhole) {
  const files = new Set();
  const functions = new Set();
  for (const [name, calls] of all) {
    const here = new Map();
    for (const one of calls.values()) here.set(one.file, [...(here.get(one.file) ?? []), one]);
    console.log(`${name}: ${here.size} files, ${calls.size} functions`);
    for (const [file, called] of [...here].sort()) {
      console.log(`  ${file}: ${called.length}`);
      if (isWhole)
        for (const { key, name: function_, calls: count } of called)
          console.log(`    ${count} × ${function_} (${key})`);
      files.add(file);
    }
    for (const key of calls.keys()) functions.add(key);
  }
  console.log(
    `${files.size} files, ${functions.size} functions in ${[...all.values()].filter(({ size }) => size > 0).length} threads`,
  );
}
