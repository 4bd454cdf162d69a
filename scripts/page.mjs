/**
 * Bundles the hub's web page into `packages/hub/dist/page`: index.html, one script, one style sheet, an icon, and the
 * licences of its packages. `node scripts/page.mjs` does so if a file of it has changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { root } from "./ready.mjs";

const hub = join(root, "packages/hub");
const source = join(hub, "src/page");
const made = join(hub, "dist/page");

/** In this order: later ones may say more of what earlier ones speak of. */
const styles = ["tokens", "base", "controls", "shell", "items", "bells", "sources"];

/** Those of early 2024, and since. */
const browsers = ["chrome123", "firefox121", "safari17.5"];

if (isOld()) await build();

function isOld() {
  if (!existsSync(made)) return true;
  const { mtimeMs } = statSync(made);
  // The script has code of other folders in it too.
  const sources = readdirSync(join(hub, "src"), { recursive: true }).map((name) => join(hub, "src", name));
  const others = [import.meta.filename, join(root, "package-lock.json")];
  return [...sources, ...others].some((file) => statSync(file).mtimeMs > mtimeMs);
}

async function build() {
  // Made beside the old one, which a hub may be serving, and whole or not there.
  const fresh = join(hub, "dist/page-new");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "assets"), { recursive: true });
  const { code, moduleIds } = await script();
  const style = styles.map((name) => readFileSync(join(source, "style", `${name}.css`), "utf8")).join("\n");
  const icon = readFileSync(join(source, "ui/icon.svg"), "utf8");
  let html = readFileSync(join(source, "ui/index.html"), "utf8");
  for (const [name, content] of Object.entries({ "page.js": code, "page.css": style, "icon.svg": icon })) {
    // Named by what is in them, they may be kept by a browser for ever.
    const hash = createHash("sha256").update(content).digest("base64url").slice(0, 12);
    const named = name.replace(".", `-${hash}.`);
    writeFileSync(join(fresh, "assets", named), content);
    html = html.replace(`/assets/${name}`, `/assets/${named}`);
  }
  writeFileSync(join(fresh, "index.html"), html);
  writeFileSync(join(fresh, "licences.txt"), licences(moduleIds));
  rmSync(made, { recursive: true, force: true });
  renameSync(fresh, made);
}

async function script() {
  // Loaded only when there is something to do.
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: join(source, "ui/main.tsx"),
    platform: "browser",
    tsconfig: join(source, "ui/tsconfig.json"),
    transform: { target: browsers },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true, comments: false });
  await bundle.close();
  return output[0];
}

/** The licences of the packages that are in the script, which their authors want to go with it. */
function licences(files) {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, file))?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))]
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return `${name} ${version}\n\n${readFileSync(join(root, folder, "LICENSE"), "utf8").trim()}\n`;
    })
    .join("\n---\n\n");
}
