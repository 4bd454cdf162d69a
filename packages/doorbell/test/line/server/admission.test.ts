import assert from "node:assert/strict";
import { test } from "node:test";

import { Admission } from "../../../src/line/server/server.ts";
import { completeLimits } from "../../../src/line/server/types.ts";

test("as many as the limits say come in, in all and from one address, and one past either does not", () => {
  const admission = new Admission(completeLimits({ connectionsMax: 4, connectionsPerAddressMax: 2 }));
  assert.equal(admission.admit("a"), undefined);
  assert.equal(admission.admit("a"), undefined);
  assert.equal(admission.admit("a"), "connectionsPerAddress");
  assert.equal(admission.held, 2);
  assert.equal(admission.admit("b"), undefined);
  assert.equal(admission.admit("b"), undefined);
  assert.equal(admission.admit("c"), "connections");
  assert.equal(admission.held, 4);
  admission.release("a");
  assert.equal(admission.admit("a"), undefined, "one went, one may come");
  assert.equal(admission.admit("a"), "connections");
});

test("peers without an address count in all only", () => {
  const admission = new Admission(completeLimits({ connectionsMax: 3, connectionsPerAddressMax: 1 }));
  for (let count = 0; count < 3; count += 1) assert.equal(admission.admit(undefined), undefined);
  assert.equal(admission.admit(undefined), "connections");
  admission.release(undefined);
  assert.equal(admission.held, 2);
});

test("who is refused is not counted", () => {
  const admission = new Admission(completeLimits({ connectionsMax: 1 }));
  admission.admit("a");
  admission.admit("b");
  admission.release("a");
  assert.equal(admission.held, 0);
  assert.equal(admission.admit("b"), undefined);
});
