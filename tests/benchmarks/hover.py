"""How long a hover takes to be on the screen, with real pointer events.

The browser gets each move from the DevTools protocol, as if from a mouse. Three things are measured, in the page:

- *painted*: from the event's own time stamp until the frame that follows has run its callbacks, style, layout
  and paint on the main thread. A browser hands moves to a page once a frame, so up to 16.7 ms of it are
  waiting for that frame, whatever the page does (in half of the cases more than 8);
- *work*: from the moment when the page gets the move with its frame to the same end; what the page has done before,
  when the browser told it of the move as it came, is not in it, but in *painted*;
- *dropped*: frames that the page missed at 60 a second while the pointer swept.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from playwright.sync_api import Page

FRAME = 1000 / 60

# A message that is posted in a frame's callback arrives when the whole frame is done. Only moves count that put
# the pointer on something else: another unit of the map, another value of an opened one.
WATCH = """() => {
  const watch = window.hoverWatch = { moves: [], frames: [], stop: false };
  const place = %s;
  const channel = new MessageChannel();
  let waiting = [], before = 0, last = null;
  channel.port1.onmessage = () => {
    const now = performance.now();
    for (const [stamp, begun] of waiting.splice(0)) watch.moves.push([now - stamp, now - begun]);
  };
  addEventListener("pointermove", (event) => {
    const under = watch.stop ? null : place(event);
    if (under === null || under === last) return;
    last = under;
    if (!waiting.length) requestAnimationFrame(() => channel.port2.postMessage(0));
    waiting.push([event.timeStamp, performance.now()]);
  }, { capture: true, passive: true });
  const frame = (now) => {
    if (watch.stop) return;
    if (before) watch.frames.push(now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
UNIT = """(event) => {
  const unit = event.target.closest("[data-unit]");
  return unit && unit.dataset.layer + unit.dataset.unit;
}"""
VALUE = """(event) => {
  const heat = event.target.closest(".heat");
  if (!heat) return null;
  const { left, top, width, height } = heat.getBoundingClientRect();
  return Math.floor((event.clientX - left) / width * 62) + "," + Math.floor((event.clientY - top) / height * 62);
}"""


@dataclass
class Hovers:
    """What was measured, in milliseconds; several sweeps add up."""

    painted: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)

    def add(self, other: Hovers) -> None:
        self.painted += other.painted
        self.work += other.work
        self.frames += other.frames

    @property
    def dropped(self) -> int:
        """Frames that are missing between two that came."""
        return sum(max(0, round(interval / FRAME) - 1) for interval in self.frames)


def sweep(page: Page, points: Iterable[tuple[float, float]], place: str) -> Hovers:
    """Move the pointer along points; `place` is what counts as another thing under it."""
    page.evaluate(WATCH % place)
    # A mouse knows nothing of frames. Moves that follow each other at once would each come just after the frame that
    # answered the one before, and wait longer than a hand's do.
    pauses = random.Random(0)
    for x, y in points:
        page.mouse.move(x, y)
        time.sleep(pauses.uniform(0, 3 * FRAME / 1000))
    page.wait_for_timeout(100)
    moves, frames = page.evaluate("() => { hoverWatch.stop = true; return [hoverWatch.moves, hoverWatch.frames]; }")
    return Hovers([painted for painted, _ in moves], [work for _, work in moves], frames)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
