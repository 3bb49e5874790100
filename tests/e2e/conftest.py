"""A real browser on a real server. Whatever a page says on its console fails the test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import RunningServer
from tests.web.tools import installed_tools

# A new window of Chromium also loads pages for its own address bar, in processes of their own, which cost as much
# as a small test. The last list of features counts: the others are those that Playwright turns off.
OFF = (
    "PreloadTopChromeWebUI", "AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsUpgrades", "LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning",
    "Translate",
)  # fmt: skip
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", f"--disable-features={','.join(OFF)}",
)  # fmt: skip
ARGUMENTS = (*QUIET, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
# Drawn, and whoever points or presses is answered at once: what is done before that is answered a moment later.
READY = "html[data-network=ready]:not(:has(.network-stage:not([data-listening])))"

# Machines that run every test at once are slow: patience costs nothing where things go well.
expect.set_options(timeout=30_000)

Visit = Callable[..., "Visited"]


def browser_path() -> str:
    """The Chromium that `make test` found, or the one on the path."""
    names = (os.environ.get("CNN_LOUPE_BROWSER", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, filter(None, names)) if path), None)
    if found is None:
        pytest.fail("Chromium, Chrome or Edge is needed; `make test` installs one.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
        yield found
        found.close()


class Visited:
    """A page of a fresh browser profile, with what it complained of."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.page = self.open()

    def open(self) -> Page:
        """One more tab of the same profile."""
        page = self.context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}\n{error.stack}"))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def go(self, address: str = "/") -> Page:
        """Open an address and wait until the network is drawn."""
        self.page.goto(self.base + address)
        self.page.wait_for_selector(READY, state="attached")
        return self.page

    def expect(self, *parts: str) -> None:
        """Complaints that hold one of these are part of the test (a refused request, say)."""
        self.expected = parts

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(part in text for part in self.expected)]


@pytest.fixture
def visit(browser: Browser, live_server: RunningServer) -> Iterator[Visit]:
    """`visit(width=390, color_scheme="dark")`: a fresh profile; its console must stay silent."""
    made: list[Visited] = []

    def make(
        *, width: int = 1440, height: int = 900, base: str | None = None, words: str | None = "exact", **options: Any
    ) -> Visited:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=options.pop("locale", "en"), **options
        )
        context.set_default_timeout(60_000)
        # Most tests read the exact words; who has never been here reads the plain ones (`words=None`).
        if words:
            context.add_cookies([{"name": "words", "value": words, "url": base or live_server.url}])
        made.append(Visited(context, base or live_server.url))
        return made[-1]

    yield make
    complaints = [text for visited in made for text in visited.unexpected()]
    for visited in made:
        visited.context.close()
    assert complaints == []


def eventually(condition: Callable[[], Any], what: str, seconds: float = 60) -> None:
    """Wait until something is so. (Playwright's wait_for_function needs `eval`, which the page's policy forbids.)"""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come within {seconds:g} s")
        time.sleep(0.03)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be run inside a page."""
    return (installed_tools() / "axe-core/axe.min.js").read_text("utf-8")


def violations(page: Page, axe: str, within: str = "html") -> list[str]:
    """What axe-core finds wrong under WCAG 2.2 A and AA, one line each."""
    page.evaluate(axe)
    found = page.evaluate(
        """async (within) =>
            (await axe.run(within, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }))
             .violations.flatMap(({ id, nodes }) => nodes.map((node) =>
                 `${id}: ${node.target.join(" ")}: ${node.failureSummary}`))""",
        within,
    )
    return [str(line) for line in found]


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """`picture("wide.png", (300, 200))`: a file with a picture whose every quarter has its own colour."""
    from PIL import Image

    def make(name: str, size: tuple[int, int] = (96, 96), mode: str = "RGB", seed: int = 0, **save: Any) -> Path:
        width, height = size
        image = Image.new("RGB", size, (200, 30 + seed, 30))
        image.paste((30, 160, 60), (width // 2, 0, width, height // 2))
        image.paste((30, 60, 200), (0, height // 2, width // 2, height))
        image.paste((240, 200, 40 + seed), (width // 2, height // 2, width, height))
        path = tmp_path / name
        image.convert(mode).save(path, **save)
        return path

    return make
