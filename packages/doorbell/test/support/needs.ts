import { type Missing, works } from "@doorbell-js/test-support/needs";

export const spinMissing: Missing =
  works("spin", ["-V"]) && works("cc", ["--version"])
    ? false
    : "needs spin and a C compiler: the packages spin and gcc bring them";
