import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { safeText, ssidText } from "../../src/network/state.ts";
import { unsafe } from "../support/assert.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

test("an SSID that is text stays as it is", () => {
  for (const name of ["home", "café-5G", " two  words ", "日本", "🛜", "\ufffd"])
    assert.equal(ssidText(Buffer.from(name)), name);
});

test("what is not text, or would not be seen, is escaped; so is the backslash", () => {
  assert.equal(ssidText(bytes("caf\xe9")), "caf\\xe9");
  assert.equal(ssidText(bytes("caf\\xe9")), "caf\\\\xe9");
  assert.equal(ssidText(bytes("a\r\n\x1b[2J\x7f\0")), "a\\x0d\\x0a\\x1b[2J\\x7f\\x00");
  assert.equal(
    ssidText(Buffer.from("a\u0085b\u202ec\u2028\u200b\ufeff")),
    "a\\xc2\\x85b\\xe2\\x80\\xaec\\xe2\\x80\\xa8\\xe2\\x80\\x8b\\xef\\xbb\\xbf",
  );
  assert.equal(ssidText(bytes("\xf0\x9f\x9b")), "\\xf0\\x9f\\x9b", "cut in the middle");
  assert.equal(
    ssidText(bytes("\xed\xa0\x80\xc0\x80")),
    "\\xed\\xa0\\x80\\xc0\\x80",
    "surrogates, and two bytes for one",
  );
});

test("no name is no text; 32 bytes are a name, and 33 are none", () => {
  assert.equal(ssidText(Buffer.alloc(0)), null);
  assert.equal(ssidText(Buffer.alloc(32, "a")), "a".repeat(32));
  assert.equal(ssidText(Buffer.alloc(33, "a")), null);
});

test("any bytes are told apart, can be had back, and are safe to show", () => {
  const back = (text: string): Buffer =>
    Buffer.concat(
      [...text.matchAll(/\\x([0-9a-f]{2})|\\(\\)|([^\\])/gsu)].map(([, byte, backslash, other = ""]) =>
        byte === undefined ? Buffer.from(backslash ?? other) : Buffer.from(byte, "hex"),
      ),
    );
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from("\\x0aé\u202e\u0085🛜")));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 32 }), (list) => {
      const text = ssidText(Uint8Array.from(list)) ?? "";
      assert.doesNotMatch(text, unsafe);
      assert.deepEqual([...back(text)], list);
    }),
    runs(300),
  );
});

test("other text is made safe in the same way", () => {
  assert.equal(safeText("eth0"), "eth0");
  assert.equal(safeText("a\u0001\\b"), "a\\x01\\\\b");
});
