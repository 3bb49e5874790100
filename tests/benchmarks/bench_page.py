"""The page's budgets, measured in headless Chromium with the server on the same machine.

    make bench BENCH=page

Every figure is the median of five runs, each in a fresh browser profile, begun when the browser's own
window has come to rest (a new one loads pages of its own for a second); of clicks, of three in each. The budgets are
those of the README; a figure past its budget is marked, and the command ends with 1.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.benchmarks.hover import FRAME, UNIT, p95, sweep
from tests.conftest import running_server
from tests.e2e.conftest import QUIET, browser_path

REPEATS = 5
REST = 2000  # milliseconds that a new window is left alone
PRESSED = 80  # milliseconds that a button is down in a click; a quick one, by a practised hand
READY = "html[data-network=ready]"
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
ARGUMENTS = (*QUIET, "--js-flags=--expose-gc")

# Before the page's own scripts: long tasks.
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => [entry.startTime,
    entry.duration])))
  .observe({ type: "longtask", buffered: true });
"""
# Milliseconds from a click until a mark that is newer than it; a finger or a mouse button is down for `pressed`
# milliseconds before that.
UNTIL_MARK = """async ([action, mark, pressed]) => {
  const target = document.querySelector(action);
  if (!target) throw new Error(`nothing matches ${action}`);
  const before = performance.getEntriesByName(mark).length;
  if (pressed) {
    target.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, pressed));
  }
  const start = performance.now();
  target.click();
  return new Promise((resolve, reject) => {
    const look = () => {
      const marks = performance.getEntriesByName(mark);
      if (marks.length > before) resolve(marks.at(-1).startTime - start);
      else if (performance.now() - start > 120000) reject(new Error(`no ${mark} after ${action}`));
      else setTimeout(look, 1);
    };
    look();
  });
}"""

# The same for one step of a slider of the transform bench, from its event to the network redrawn.
UNTIL_STEP = """(value) => new Promise((resolve, reject) => {
  const slider = document.querySelector('[data-transform="shift_x"]');
  const before = performance.getEntriesByName("network-drawn").length;
  const start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const look = () => {
    const marks = performance.getEntriesByName("network-drawn");
    if (marks.length > before) resolve(marks.at(-1).startTime - start);
    else if (performance.now() - start > 60000) reject(new Error("nothing drawn after a step of the slider"));
    else setTimeout(look, 1);
  };
  look();
})"""
STEPS = 10


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    budget: float
    unit: str
    rival: str
    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def kept(self) -> bool:
        return self.median <= self.budget


@contextmanager
def profile(browser: Browser) -> Iterator[tuple[BrowserContext, Page, CDPSession]]:
    """A fresh browser profile with one tab."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    context.add_init_script(WATCH)
    context.add_init_script("document.cookie = 'words=exact; path=/'")  # all that can be shown is shown
    context.set_default_timeout(180_000)
    page = context.new_page()
    page.wait_for_timeout(REST)
    try:
        yield context, page, context.new_cdp_session(page)
    finally:
        context.close()


def settle(page: Page) -> None:
    """Let idle work (prefetching, opened views) come to its end."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def load(page: Page, url: str, alone: int = 1500) -> dict[str, Any]:
    """Open the page cold; what was measured up to the drawn network."""
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if request.url.startswith("http") else None)
    page.goto(url + "/", wait_until="commit")
    page.wait_for_timeout(alone)  # whatever asks the page meanwhile would run in it
    page.wait_for_selector(READY, state="attached")
    measured: dict[str, Any] = page.evaluate(
        """() => {
          const drawn = performance.getEntriesByName("network-drawn")[0].startTime;
          const entries = [...performance.getEntriesByType("navigation"),
              ...performance.getEntriesByType("resource")].filter((entry) => entry.startTime < drawn);
          const code = entries.filter((entry) => /\\.(?:js|css)$/.test(entry.name));
          const sum = (list, field) => list.reduce((total, entry) => total + entry[field], 0);
          return {
            drawn,
            blocking: longTasks.filter(([start]) => start < drawn).reduce((total, [,
                duration]) => total + duration - 50, 0),
            code: sum(code, "decodedBodySize") / 1000,
            packed: sum(code, "encodedBodySize") / 1000,
            all: sum(entries, "transferSize") / 1e6,
          };
        }"""
    )
    measured["foreign"] = len(hosts - {url.split("/")[2]})
    return measured


def measure(browser: Browser, url: str) -> list[Figure]:
    """All figures, each `REPEATS` times."""
    samples: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        samples.setdefault(name, []).append(float(value))

    for _ in range(REPEATS):
        with profile(browser) as (_context, page, _cdp):
            for name, value in load(page, url).items():
                note(name, value)
            settle(page)
            interact(page, note)
        with profile(browser) as (_context, page, cdp):
            cdp.send("Network.enable")
            cdp.send("Network.emulateNetworkConditions", LINE)
            note("slow", load(page, url, 4000)["drawn"])
    with profile(browser) as (_context, page, cdp):
        load(page, url)
        for value in heap(page, cdp):
            note("heap", value)

    heap_first, heap_again = samples["heap"]
    rows: list[tuple[str, float, str, str, list[float]]] = [
        ("navigation to network drawn, cold", 400, "ms", "1,364", samples["drawn"]),
        ("the same over 10 Mbit/s with 40 ms delay", 1300, "ms", "3,997", samples["slow"]),
        ("main-thread blocking while loading", 50, "ms", "1,730", samples["blocking"]),
        ("picture click to every map redrawn", 60, "ms", "703", samples["picture"]),
        ("neuron click to opened view drawn", 30, "ms", "92–167", samples["neuron"]),
        ("the same, the first of a visit", math.inf, "ms", "–", samples["first neuron"]),
        ("the same by a script, with no press before the click", math.inf, "ms", "–", samples["scripted neuron"]),
        ("microscope opened", 50, "ms", "331", samples["microscope"]),
        ("the same, the first of a visit", math.inf, "ms", "–", samples["first microscope"]),
        ("the same by a script", math.inf, "ms", "–", samples["scripted microscope"]),
        ("step of a bench slider to every map redrawn", 60, "ms", "–", samples["slider"]),
        ("hover to readout painted", 16, "ms", "44", samples["painted"]),
        ("the same, 95th percentile, with the wait for a frame", 16 + FRAME, "ms", "–", samples["painted95"]),
        ("the page's own work for a hover, 95th percentile", 16, "ms", "–", samples["work95"]),
        ("frames dropped while sweeping over 120 maps", 0, "", "–", samples["dropped"]),
        ("JS heap after ten pictures, twenty views", 20, "MB", "28, growing", [heap_first]),
        ("heap growth when the same is done again", 1, "MB", "grows", [max(0, heap_again - heap_first)]),
        ("scripts and styles, uncompressed", 250, "KB", "5,100", samples["code"]),
        ("scripts and styles, gzip", 70, "KB", "1,600", samples["packed"]),
        ("everything until the network is drawn", 1, "MB", "7.7", samples["all"]),
        ("other hosts asked", 0, "", "9", samples["foreign"]),
    ]
    return [Figure(*row) for row in rows]


def interact(page: Page, note: Callable[[str, float], None]) -> None:
    """Choose a picture that was not run ahead, sweep over the maps, open neurons and their microscopes."""
    note(
        "picture",
        page.evaluate(
            UNTIL_MARK,
            ['[data-sample]:not([aria-pressed="true"]):last-child, li:last-child > [data-sample]', "network-drawn"],
        ),
    )
    page.wait_for_timeout(300)
    hover(page, note)
    open_neuron(page, lambda name, value: (note(name, value), note(f"first {name}", value)), "conv_1_2", 3, PRESSED)
    open_neuron(page, note, "conv_2_1", 5, PRESSED)
    open_neuron(page, note, "conv_1_1", 2, PRESSED)
    open_neuron(page, lambda name, value: note(f"scripted {name}", value), "conv_2_2", 7, 0)
    page.click('[data-action="open-transform"]')
    page.wait_for_selector('[data-transform="shift_x"]')
    settle(page)
    # The first step loads what the bench needs; a slider is moved by many.
    steps = [page.evaluate(UNTIL_STEP, value) for value in range(1, STEPS + 2)]
    note("slider", statistics.median(steps[1:]))


def open_neuron(page: Page, note: Callable[[str, float], object], layer: str, unit: int, pressed: int) -> None:
    """Open a neuron and its microscope, and climb out."""
    note("neuron", page.evaluate(UNTIL_MARK, [f'[data-layer="{layer}"][data-unit="{unit}"]', "view-drawn", pressed]))
    page.wait_for_selector("[data-view=neuron][data-settled]")
    note("microscope", page.evaluate(UNTIL_MARK, ['[data-view=neuron] [data-row="0"]', "view-drawn", pressed]))
    page.wait_for_selector("[data-view=microscope]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-view]", state="detached")


def hover(page: Page, note: Callable[[str, float], None]) -> None:
    """Sweep over the maps column by column, each move onto another one."""
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('.network-unit')].map((unit) => unit.getBoundingClientRect()).map(({ x, "
        "y, width, height }) => [x + width / 2, y + height / 2])"
    )
    hovers = sweep(page, [(x, y) for x, y in boxes][:120], UNIT)
    note("painted", statistics.median(hovers.painted))
    note("painted95", p95(hovers.painted))
    note("work95", p95(hovers.work))
    note("dropped", hovers.dropped)


def heap(page: Page, cdp: CDPSession) -> Iterator[float]:
    """Megabytes of JS heap after ten pictures and twenty opened views, twice."""
    settle(page)
    for _ in range(2):
        pictures = page.locator("button[data-sample]")
        for index in range(10):
            before = page.evaluate("document.documentElement.dataset.run")
            pictures.nth(index % pictures.count()).click()
            page.wait_for_timeout(150)
            if page.evaluate("document.documentElement.dataset.run") == before:
                page.wait_for_timeout(500)
            for unit in (index % 10, (index + 1) % 10):
                page.evaluate(UNTIL_MARK, [f'[data-layer="conv_1_2"][data-unit="{unit}"]', "view-drawn"])
            page.keyboard.press("Escape")
        page.evaluate("performance.clearMarks()")
        cdp.send("HeapProfiler.collectGarbage")
        yield cdp.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def main() -> int:
    with sync_playwright() as playwright, running_server() as server:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
        figures = measure(browser, server.url)
        browser.close()
    print(f"medians of {REPEATS}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| what | measured | budget | CNN Explainer |\n|---|---|---|---|")
    for figure in figures:
        mark = "" if figure.kept else " ✗"
        budget = "–" if math.isinf(figure.budget) else f"{figure.budget:,g} {figure.unit}"
        print(f"| {figure.what} | {figure.median:,.1f} {figure.unit}{mark} | {budget} | {figure.rival} |")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
