import assert from "node:assert/strict";
import test from "node:test";

test("a pointer under which the page moves points at nothing until it moves itself", async () => {
  const window = new EventTarget();
  globalThis.addEventListener = window.addEventListener.bind(window);
  const { pointerRests } = await import("../../static/js/elements/resting.js");
  const at = (type, clientX, clientY) => Object.assign(new Event(type), { clientX, clientY });
  assert.equal(pointerRests(at("pointerover", 10, 10)), false, "it has come there");
  window.dispatchEvent(at("pointermove", 10, 10));
  assert.equal(pointerRests(at("pointerover", 10, 10)), true, "the page was rebuilt under it");
  assert.equal(pointerRests(at("pointermove", 12, 12)), true, "a hand that trembles rests");
  assert.equal(pointerRests(at("pointermove", 14, 13)), false);
  window.dispatchEvent(new Event("scroll"));
  assert.equal(pointerRests(at("pointerover", 14, 15)), true, "the page was scrolled under it");
  assert.equal(pointerRests(at("pointerover", 14, 18)), false);
  delete globalThis.addEventListener;
});
