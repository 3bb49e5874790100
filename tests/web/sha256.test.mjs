import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { digestOf, sha256 } from "../../static/js/core/sha256.js";

test("SHA-256 is Node's at every length around a block's edges", async () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 131 + length) % 256);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.equal(sha256(bytes), expected, `ours, ${length} bytes`);
    assert.equal(await digestOf(bytes), expected, `the browser's, ${length} bytes`);
  }
});
