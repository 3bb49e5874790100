/** When things are drawn: once a frame, or before it begins. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { createScheduler } from "../../static/js/core/timing.js";

function scheduled() {
  const frames = [];
  const drawn = [];
  const scheduler = createScheduler((frame) => frames.push(frame));
  const one = () => drawn.push("one");
  const two = () => drawn.push("two");
  return { scheduler, frames, drawn, one, two, frame: () => frames.shift()() };
}

test("what is asked for twice is drawn once, in the next frame", () => {
  const { scheduler, frames, drawn, one, two, frame } = scheduled();
  for (const draw of [one, two, one]) scheduler.draw(draw);
  assert.deepEqual(drawn, []);
  assert.equal(frames.length, 1);
  frame();
  assert.deepEqual(drawn, ["one", "two"]);
});

test("drawn ahead, it is not drawn again in its frame", () => {
  const { scheduler, drawn, one, two, frame } = scheduled();
  scheduler.draw(one);
  scheduler.drawAhead();
  assert.deepEqual(drawn, ["one"]);
  frame();
  assert.deepEqual(drawn, ["one"]);
  scheduler.draw(two);
  frame();
  assert.deepEqual(drawn, ["one", "two"]);
});

test("only once a frame: what comes after that waits", () => {
  const { scheduler, drawn, one, two, frame } = scheduled();
  scheduler.draw(one);
  scheduler.drawAhead();
  scheduler.draw(two);
  scheduler.drawAhead();
  assert.deepEqual(drawn, ["one"]);
  frame();
  assert.deepEqual(drawn, ["one", "two"]);
  scheduler.draw(one);
  scheduler.drawAhead();
  assert.deepEqual(drawn, ["one", "two", "one"]);
});

test("with nothing asked for, nothing is drawn ahead, and the next frame's turn is not used up", () => {
  const { scheduler, frames, drawn, one } = scheduled();
  scheduler.drawAhead();
  scheduler.draw(one);
  scheduler.drawAhead();
  assert.deepEqual(drawn, ["one"]);
  assert.equal(frames.length, 1);
});
