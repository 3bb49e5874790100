"""Networks of the size that people bring: the first map, the heap, and how long a unit with many inputs takes to open.

    make bench BENCH=large

Random weights at 224×224 (`tests/large_models.py`), headless Chromium, the server on the same machine; medians of
`REPEATS` fresh browser profiles. Units are opened by the mouse as Chromium's input pipeline sees it: the pointer moves
onto the unit, rests there until what opening it needs has come (or does not rest), the button goes down and 80 ms later
up. The time is from the event of the release to the task after the first frame that begins when the view stands in the
page. Of each model the convolution that reads the most maps is opened. A figure past its budget is marked, and the
command ends with 1.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from cnn_loupe.engine.spec import ModelSpec
from tests.benchmarks.bench_page import ARGUMENTS, PRESSED, READY, profile
from tests.conftest import running_server
from tests.e2e.conftest import browser_path
from tests.large_models import LARGE, write_large_models

REPEATS = 5
RESTS = 400  # milliseconds for which a hand rests on a unit after what opening it needs has come
MAP, HEAP, OPENED = 1000.0, 100.0, 150.0  # ms, MB, ms

# Milliseconds from letting go of the button until the view has been shown: the task after the first frame that begins
# when the view stands in the page.
WATCH = """
window.opened = new Promise((resolve) => {
  let released = NaN;
  addEventListener("pointerup", (event) => { released = event.timeStamp; }, { capture: true });
  const shown = new MutationObserver(() => {
    if (!document.querySelector("loupe-view[data-open] [data-view]")) return;
    shown.disconnect();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - released);
    requestAnimationFrame(() => port2.postMessage(null));
  });
  shown.observe(document, { subtree: true, attributes: true, attributeFilter: ["data-open"] });
});
"""


def widest(spec: ModelSpec) -> tuple[str, int]:
    """The convolution whose units read the most maps, and how many they are."""
    nodes = [node for node in spec.graph.nodes if node.layer.kind == "conv2d"]
    counts = {node.name: spec.layer_parameters[node.name]["weight"][1] for node in nodes}
    name = max(counts, key=lambda one: (counts[one], spec.layer_parameters[one]["weight"][-1]))
    return name, counts[name]


def show(page: Page, layer: str) -> str:
    """Open the blocks around a layer and bring one of its units into sight; the unit's selector."""
    unit = f"[data-layer='{layer}'][data-unit='3']"
    page.evaluate(
        "([layer]) => document.querySelector('loupe-network').reveal(layer, 3).scrollIntoView({ inline: 'center' })",
        [layer],
    )
    page.wait_for_selector(unit)
    page.wait_for_function("() => !document.querySelector('[data-column] [data-unit]:not([aria-label])')")
    page.wait_for_timeout(500)
    return unit


def thread_time(session: CDPSession) -> float:
    """Milliseconds of processor time that the page's main thread has had: the same on a busy machine."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))


def open_by_hand(page: Page, session: CDPSession, unit: str, rests: int) -> tuple[float, float]:
    """Milliseconds from letting go of the button until the view is seen, and those of the main thread's own work."""
    box = page.locator(unit).bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if rests:
        with page.expect_event("requestfinished", lambda one: "/runs?" in one.url and "overview" not in one.url):
            page.mouse.move(*at)
        page.wait_for_timeout(rests)
    else:
        page.mouse.move(*at)
    page.mouse.down()
    page.wait_for_timeout(PRESSED)
    before = thread_time(session)
    page.mouse.up()
    return float(page.evaluate("opened")), thread_time(session) - before


def heap(page: Page, session: CDPSession) -> float:
    """Megabytes of JavaScript's heap and of the buffers outside of it, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    return (float(used["usedSize"]) + float(used.get("backingStorageSize", 0))) / 1e6


def visit(browser: Browser, base: str, model: str, layer: str, rests: int) -> tuple[float, float, float, float]:
    """Of one fresh profile: first map, heap with the opened view, time to open, and of it the page's own work."""
    with profile(browser) as (context, page, session):
        session.send("Performance.enable")
        context.add_init_script(WATCH)
        page.goto(f"{base}/?model={model}", wait_until="commit")
        page.wait_for_timeout(1500)
        page.wait_for_selector(READY, state="attached")
        drawn = float(page.evaluate("performance.getEntriesByName('network-drawn')[0].startTime"))
        opened, work = open_by_hand(page, session, show(page, layer), rests)
        return drawn, heap(page, session), opened, work


def main() -> int:
    kept = True
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_large_models(Path(folder))
        with running_server(models=Path(folder)) as server:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
            print(
                "| model | unit of | inputs | first map | heap | opened, rested on | of it the page's work | at once |"
            )
            print("|---|---|---|---|---|---|---|---|")
            for model, make in LARGE.items():
                layer, inputs = widest(make())
                rested = [visit(browser, server.url, model, layer, RESTS) for _ in range(REPEATS)]
                at_once = [visit(browser, server.url, model, layer, 0)[2] for _ in range(REPEATS)]
                drawn, used, opened, work = (statistics.median(values) for values in zip(*rested, strict=True))
                cells = []
                for value, budget, of in ((drawn, MAP, "ms"), (used, HEAP, "MB"), (opened, OPENED, "ms")):
                    cells.append(f"{value:,.0f} {of}{'' if value <= budget else ' ✗'}")
                    kept = kept and value <= budget and not math.isnan(value)
                cells += [f"{work:,.0f} ms", f"{statistics.median(at_once):,.0f} ms"]
                print(f"| {model} | {layer} | {inputs} | {' | '.join(cells)} |", flush=True)
            browser.close()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
