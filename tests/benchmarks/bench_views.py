"""Opened views: opening, sweeping over a 62×62 map, and memory over 200 open–close cycles.

    make bench BENCH=views

Measured in headless Chromium with the server on the same machine, after one view of each kind has
been opened once, by clicks as a hand makes them (`bench_page`). A figure past its budget is marked, and the command
ends with 1.
"""

from __future__ import annotations

import statistics
import sys

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.benchmarks.bench_page import ARGUMENTS, PRESSED, READY, UNTIL_MARK, profile
from tests.benchmarks.hover import FRAME, VALUE, Hovers, p95, sweep
from tests.conftest import running_server
from tests.e2e.conftest import browser_path

UNITS = {
    "neuron": ("conv_1_2", 30.0),
    "activation": ("relu_1_1", 30.0),
    "pooling": ("max_pool_1", 30.0),
}
OPENINGS = 7
SWEEPS = 3
ROWS, STEPS = 12, 31
CYCLES = (20, 200)  # memory is compared after the first and after the second number of cycles
GROWTH = 1.0  # MB that may come and go between two garbage collections


def heap(session: CDPSession, page: Page) -> float:
    """Megabytes of JavaScript heap after a garbage collection."""
    page.wait_for_timeout(300)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    return float(used) / 1e6


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("loupe-view[data-open]").wait_for(state="detached")


def open_unit(page: Page, layer: str, unit: int, view: str, pressed: int = 0) -> float:
    took = float(page.evaluate(UNTIL_MARK, [f'[data-layer="{layer}"][data-unit="{unit}"]', "view-drawn", pressed]))
    # A locator, not `wait_for_selector`: the handle that one returns would keep the closed view alive.
    page.locator(f"[data-view={view}][data-settled]").wait_for()
    return took


def cross(page: Page) -> Hovers:
    """The pointer crosses the large map of relu_1_1 row after row, two values at a time."""
    box = page.locator("[data-view=activation] .heat").first.bounding_box()
    assert box is not None
    rows = [box["y"] + box["height"] * (row + 0.5) / ROWS for row in range(ROWS)]
    return sweep(
        page, [(box["x"] + box["width"] * (step + 0.5) / STEPS, y) for y in rows for step in range(STEPS)], VALUE
    )


def measure(browser: Browser, base: str) -> list[tuple[str, float, float, str]]:
    """Rows of what, figure, budget and unit."""
    rows: list[tuple[str, float, float, str]] = []
    with profile(browser) as (_, page, session):
        page.goto(base)
        page.wait_for_selector(READY, state="attached")
        for view, (layer, budget) in UNITS.items():
            times = []
            for unit in range(OPENINGS):
                times.append(open_unit(page, layer, unit, view, PRESSED))
                close(page)
            rows.append((f"{view}: click to view drawn", statistics.median(times[1:]), budget, "ms"))

        open_unit(page, "relu_1_1", 0, "activation")
        hovers = Hovers()
        for _ in range(SWEEPS):
            hovers.add(cross(page))
        rows += [
            ("hover to readout painted, median", statistics.median(hovers.painted), 16.0, "ms"),
            ("the same, 95th percentile, with the wait for a frame", p95(hovers.painted), 16.0 + FRAME, "ms"),
            ("the page's own work for a hover, 95th percentile", p95(hovers.work), 16.0, "ms"),
            (f"frames dropped of {len(hovers.frames)} while sweeping a 62×62 map", hovers.dropped, 0, ""),
        ]
        close(page)

        done = 0
        sizes = []
        for count in CYCLES:
            for cycle in range(done, count):
                view, (layer, _budget) = list(UNITS.items())[cycle % len(UNITS)]
                open_unit(page, layer, cycle % 10, view)
                close(page)
            done = count
            page.evaluate("performance.clearMarks()")
            sizes.append(heap(session, page))
        rows.append(
            (
                f"heap after {CYCLES[1]} open–close cycles, beyond that after {CYCLES[0]}",
                sizes[1] - sizes[0],
                GROWTH,
                "MB",
            )
        )
    return rows


def main() -> int:
    with running_server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
        rows = measure(browser, server.url)
        browser.close()
    for what, figure, budget, unit in rows:
        print(f"{what:64} {figure:8.1f} {unit:16} budget {budget:g}{'' if figure <= budget else '   PAST ITS BUDGET'}")
    return int(any(figure > budget for _, figure, budget, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
