import { type Canary, runCanaries } from "../../support/canary.ts";
import { chromiumMissing, curlMissing } from "../../support/needs.ts";

const guard: Pick<Canary, "file" | "test" | "skip"> = {
  file: "door/http/guard.js",
  test: "browser/fault/t28-browser.test.js",
  skip: chromiumMissing || curlMissing,
};

runCanaries({
  "a hub that answers pages of other sites": {
    ...guard,
    name: "t28-browser-no-guard",
    find: "if (!origins.hasHost(headers.host))",
    replace: "if (origins !== undefined) return;\n    if (!origins.hasHost(headers.host))",
    fails: /a page at http:\S+ (was not refused|learnt something)/,
  },
  "a hub that answers under any name": {
    ...guard,
    name: "t28-browser-any-host",
    find: "if (!origins.hasHost(headers.host))",
    replace: "if (origins === undefined)",
    fails: /a page at http:\/\/hostile\.example\S+ (was not refused|learnt something)/,
  },
});
