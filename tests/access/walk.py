"""Goes to states of the page, in any language, theme and width, and asks axe-core what is wrong there."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.access.measures import EVERYWHERE, SPACED, SPACING_OFF, SPACING_ON, script
from tests.access.states import State
from tests.conftest import RunningServer, running_server
from tests.lessons import write_lesson
from tests.models import write_models
from tests.web.tools import installed_tools

LANGUAGES = ("en", "zh-Hans")
THEMES = ("light", "dark")
SIZES = {1440: 900, 1024: 768, 512: 384, 390: 844}
"""Widths with their heights: a screen, a small one, the same at 200 % zoom, and a telephone."""
LOOKS = list(itertools.product(LANGUAGES, THEMES, SIZES))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

AXE = """async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ["violations"], iframes: false }))
  .violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.join(" "),
      node.failureSummary.replace(/\\s+/g, " ")]))"""

# Colours that are still on their way have no contrast yet; what goes round for ever never rests.
AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect?.getComputedTiming().endTime === Infinity)"""


@dataclass(frozen=True)
class Fault:
    state: str
    language: str
    theme: str
    width: int
    rule: str
    selector: str
    words: str

    def __str__(self) -> str:
        return (
            f"{self.state} × {self.language} × {self.theme} × {self.width} × {self.rule} × {self.selector}\n    "
            f"{self.words}"
        )


@contextlib.contextmanager
def whole_server(folder: Path) -> Iterator[RunningServer]:
    """A server with everything that it can be asked for: more models, a lesson, pictures by address."""
    models = write_models(folder / "models", ("minimal", "deep", "wide", "branched", "varied"))
    lessons = folder / "lessons"
    write_lesson(lessons)
    with running_server(
        models=models, lessons=lessons, picture_by_address="true", embed_origins="https://school.example"
    ) as found:
        yield found


@dataclass
class Walker:
    """One tab in one language; states follow each other in it without a new profile."""

    browser: Browser
    base: str
    language: str
    options: dict[str, object] = field(default_factory=dict)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    here: State | None = None

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """A fresh profile."""
        self.here = None
        self.context = self.browser.new_context(reduced_motion="reduce", locale=self.language, **self.options)  # type: ignore[arg-type]
        self.context.set_default_timeout(60_000)
        # Every number, place and part of an explanation is walked; plain words leave out most (`test_words.py`).
        self.context.add_cookies([{"name": "words", "value": "exact", "url": self.base}])
        self.page = self.context.new_page()

    def go(self, state: State) -> Page:
        """Be in this state, and let it come to rest."""
        if self.here and self.here.leaves:
            self.close()
            self.open()
        page = self.page
        if state.route:
            page.route(*state.route)
        if not self._step(state):
            address = urlsplit(state.address)
            query = "&".join(filter(None, [address.query, f"lang={self.language}"]))
            target = f"{self.base}{address.path}?{query}"
            if page.url.split("#")[0] == target:
                page.goto("about:blank")  # an address that differs in its hash alone would not be loaded anew
            page.goto(f"{target}#{address.fragment}" if address.fragment else target)
        self.here = state
        page.wait_for_selector(state.ready, state="attached")
        if state.act:
            state.act(page)
        if state.route:
            page.unroute(*state.route)
        self.rest()
        return page

    def _step(self, state: State) -> bool:
        """Go there as the Back button would, without loading anything anew, where nothing but the address differs."""
        if not self.here or any(one.act or one.route for one in (self.here, state)):
            return False
        before, after = (urlsplit(one.address) for one in (self.here, state))
        asked = [parse_qs(one.query) for one in (before, after)]
        if (
            before.path != "/"
            or after.path != "/"
            or any("tour" in one for one in asked)
            or asked[0].get("model") != asked[1].get("model")
        ):
            return False
        if before.fragment and after.fragment:
            self.page.evaluate("(hash) => { location.hash = hash; }", after.fragment)
            return True
        if before.fragment or after.fragment:
            return False
        self.page.evaluate(
            "(query) => { history.pushState(null, '', `/?${query}`); dispatchEvent(new PopStateEvent('popstate')); }",
            f"{after.query}&lang={self.language}",
        )
        return True

    def look(self, theme: str, width: int, height: int | None = None) -> None:
        """The same state in another theme and width."""
        self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        self.page.set_viewport_size({"width": width, "height": height or SIZES[width]})

    def rest(self) -> None:
        for _ in range(200):
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            if self.page.evaluate(AT_REST):
                return
        raise AssertionError("the page does not come to rest")

    def _spaced(self) -> list[list[str]]:
        """What is wrong once letters, words, lines and paragraphs stand as far apart as WCAG 1.4.12 says."""
        self.page.evaluate(SPACING_ON)
        try:
            return [[f"{rule} with text spacing", *more] for rule, *more in self.page.evaluate(script(*SPACED))]
        finally:
            self.page.evaluate(SPACING_OFF)

    def faults(self, state: State, theme: str, width: int) -> list[Fault]:
        """What axe-core and our own measures find wrong now."""
        self.rest()
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(axe_source())
        found = self.page.evaluate(AXE, RULES) + self.page.evaluate(script(*EVERYWHERE)) + self._spaced()
        return [Fault(state.name, self.language, theme, width, *one) for one in found]

    def close(self) -> None:
        self.context.close()


def axe_source() -> str:
    """To be run inside a page."""
    return (installed_tools() / "axe-core/axe.min.js").read_text("utf-8")
