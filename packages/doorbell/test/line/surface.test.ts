import assert from "node:assert/strict";
import { test } from "node:test";

import * as kernel from "@doorbell-js/doorbell/kernel";
import * as line from "@doorbell-js/doorbell/line";

/** What others build upon: to take one away, or to change its name, breaks them. Types are not seen here. */
const surface = [
  "AD_BYTES_MAX",
  "Client",
  "DEFAULT_PORT",
  "HigherLevelClient",
  "LINE_BYTES_MAX",
  "LineError",
  "LineServer",
  "LineSplitter",
  "MemorySource",
  "checkAd",
  "connect",
  "defaultLimits",
  "flawOfAd",
  "formatCommand",
  "formatReply",
  "isPlain",
  "isProtocolLine",
  "isSourceName",
  "parseCommand",
  "parseReply",
  "systemClock",
];

test("@doorbell-js/doorbell/line has exactly these exports", () => {
  assert.deepEqual(Object.keys(line).toSorted(), surface);
});

/** The same of the kernel. */
const kernelSurface = [
  "Kernel",
  "KernelError",
  "Memory",
  "ServerHandle",
  "Sid",
  "SpawnedThread",
  "blockingScalar",
  "bool",
  "bytes",
  "checkKnown",
  "client",
  "decode",
  "encode",
  "encodeNew",
  "encodedLength",
  "f32",
  "f64",
  "face",
  "fixed",
  "here",
  "i16",
  "i32",
  "i64",
  "i8",
  "isOpcode",
  "kernelErrorCodes",
  "lend",
  "list",
  "move",
  "mutableLend",
  "oneOf",
  "option",
  "ownThread",
  "permissionFlags",
  "record",
  "scalar",
  "service",
  "standard",
  "text",
  "u16",
  "u32",
  "u64",
  "u8",
  "unit",
  "variant",
];

test("@doorbell-js/doorbell/kernel has exactly these exports", () => {
  assert.deepEqual(Object.keys(kernel).toSorted(), kernelSurface);
});
