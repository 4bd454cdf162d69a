import { readdirSync } from "node:fs";
import { join } from "node:path";

import { type Canary, runCanaries } from "../../support/canary.ts";
import { packageFolder } from "../../support/doorbell.ts";
import { chromiumMissing, curlMissing } from "../../support/needs.ts";

/** The page's script; its name tells its content. */
const script = readdirSync(join(packageFolder, "dist/page/assets")).find((name) => name.endsWith(".js")) ?? "";

const guard: Pick<Canary, "file" | "test" | "skip" | "find"> = {
  file: "door/http/guard.js",
  test: "browser/fault/t28-browser.test.js",
  skip: chromiumMissing || curlMissing,
  find: "if (!origins.hasHost(headers.host))",
};

runCanaries({
  "a hub that answers pages of other sites": {
    ...guard,
    name: "t28-browser-no-guard",
    only: "another site",
    replace: "if (origins !== undefined) return;\n    if (!origins.hasHost(headers.host))",
    fails: /a page at http:\S+ (was not refused|learnt something)/,
  },
  "a hub that answers under any name": {
    ...guard,
    name: "t28-browser-any-host",
    only: "by now",
    replace: "if (origins === undefined)",
    fails: /a page at http:\/\/hostile\.example\S+ (was not refused|learnt something)/,
  },
  "a page that lets text turn the text around it": {
    name: "t29-page-turned",
    file: `../page/assets/${script}`,
    find: "e0000}-\\u{e007f}]/gu",
    replace: "e0000}-\\u{e007f}]{9999}/gu",
    test: "browser/fault/t29-page.test.js",
    fails: /The input was expected to not match the regular expression/,
    skip: chromiumMissing,
  },
});
