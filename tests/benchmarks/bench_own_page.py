"""People's own models in the page: from the drop of a file, and from the choice of a picture, to what is drawn.

    python -m tests.benchmarks.bench_own_page [NAME | FILE…]

Files are dropped and pictures clicked by the browser's own input events (DevTools' Input domain): the clock begins at
the time stamp that the browser gives the event, and ends with the frame in which the result stands. A drag hovers over
the page for a moment first, as a hand's does. Every figure is the median of five runs, each in a fresh profile. What is
measured past its goal is marked, and the command ends with 1.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.bench_own import BESIDE, exported
from tests.conftest import running_server
from tests.e2e.conftest import QUIET, READY, browser_path
from tests.e2e.networks import drop_by_hand
from tests.own import DATA, classifier

REPEATS = 5
REST = 1500  # milliseconds that a new window is left alone
HOVER = 400  # milliseconds that a dragged file hovers over the page

# The goals: drop to facts, drop to the first map, picture to map (all milliseconds), bytes of a run, bytes of heap.
GOALS: Mapping[str, tuple[float, float, float, float, float]] = {
    "teachable-machine.zip": (100, 1000, 300, 2e6, 80e6),
    "made-5-mb.onnx": (100, 1000, 300, 2e6, 80e6),
}
LARGE = (1000, 2000, 600, 4e6, 120e6)  # those of ImageNet's networks, and of files that are given
WORDS = ("file to facts", "file to map", "picture to map", "a run", "heap")

# Before the page's own scripts: when input came, and when what it asks for stood on the screen.
WATCH = """
const seen = (window.seen = {});
for (const kind of ["drop", "click"])
  addEventListener(kind, (event) => {
    Object.assign(seen, { from: event.timeStamp, facts: 0, map: 0, run: document.documentElement.dataset.run });
    const look = () => {
      const facts = document.querySelector("loupe-own[data-stage=open] [data-fact=layers]");
      // After the frame that has it: what runs in a task behind the frame.
      const done = (name) => { const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (seen[name] = performance.now()); port2.postMessage(0); };
      if (facts && !seen.facts) { seen.facts = -1; done("facts"); }
      if (document.documentElement.dataset.run !== seen.run && !seen.map) { seen.map = -1; done("map"); }
      if (seen.map <= 0) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
"""


def files(folder: Path, wanted: list[str]) -> Iterator[Path]:
    """One file a network, each a single drop; files that are given stand in the place of what is exported here."""
    made = folder / "made-5-mb.onnx"
    made.write_bytes(classifier(hidden=200))
    yield made
    case = DATA / "models" / "h5-teachable-machine"
    if case.is_dir():
        path = folder / "teachable-machine.zip"  # as Teachable Machine's download is
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in case.iterdir():
                if file.name not in BESIDE:
                    archive.write(file, file.name)
        yield path
    if any(Path(name).is_file() for name in wanted):
        yield from (Path(name) for name in wanted if Path(name).is_file())
        return
    for _, written in exported():
        for name, data in written.items():
            (folder / name).write_bytes(data)
            yield folder / name


def until(page: Page, what: str) -> float:
    """Milliseconds from the last input until that."""
    for _ in range(3000):
        if (found := page.evaluate(f"seen.{what} > 0 ? seen.{what} - seen.from : 0")) > 0:
            return float(found)
        page.wait_for_timeout(10)
    raise RuntimeError(f"{what} did not come")


def measured(browser: Browser, base: str, file: Path) -> tuple[float, float, float, float, float]:
    """One visit: what WORDS name, in that order."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        page.goto(base)
        page.wait_for_selector(READY, state="attached")
        page.wait_for_timeout(REST)
        drop_by_hand(page, [file], HOVER)
        first = until(page, "map")
        facts = until(page, "facts")
        page.click("[data-action=own-done]")
        page.wait_for_timeout(REST)
        taken: dict[str, float] = {}
        asked: set[str] = set()
        devtools.on(
            "Network.requestWillBeSent",
            lambda event: asked.add(event["requestId"]) if "/runs" in event["request"]["url"] else None,
        )
        devtools.on(
            "Network.loadingFinished",
            lambda event: taken.update({event["requestId"]: event["encodedDataLength"]}),
        )
        page.click("button[data-sample]:not([aria-pressed=true])")
        again = until(page, "map")
        page.wait_for_timeout(300)
        devtools.send("HeapProfiler.collectGarbage")
        usage = devtools.send("Runtime.getHeapUsage")
        # Numbers of arrays lie beside the heap of objects.
        heap = sum(usage.get(part, 0) for part in ("usedSize", "embedderHeapUsedSize", "backingStorageSize"))
        return facts, first, again, sum(size for name, size in taken.items() if name in asked), float(heap)
    finally:
        context.close()


def main(wanted: list[str]) -> int:
    late = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(own_models="on") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        for file in files(Path(folder), wanted):
            if wanted and not any(Path(name).name in file.name for name in wanted):
                continue
            runs = [measured(browser, server.url, file) for _ in range(REPEATS)]
            print(f"{file.name}, {file.stat().st_size / 1e6:.1f} MB")
            for place, (word, goal) in enumerate(zip(WORDS, GOALS.get(file.name, LARGE), strict=True)):
                found = statistics.median(run[place] for run in runs)
                said = (
                    (f"{found:6.0f} ms", f"{goal:.0f} ms")
                    if place < 3
                    else (f"{found / 1e6:6.2f} MB", f"{goal / 1e6:.0f} MB")
                )
                late += found > goal
                print(f"  {word:16} {said[0]:>10}   goal {said[1]}{'   LATE' if found > goal else ''}")
        browser.close()
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
