"""The guided tour: every step done as a learner does it, by mouse, by touch, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import READY, Visit, eventually, violations
from tests.e2e.opened import Truth

pytestmark = pytest.mark.browser

TOUR = "loupe-tour[data-step={}]"
ALL = [
    "picture",
    "pixels",
    "hover",
    "open",
    "kernel",
    "slide",
    "activation",
    "pooling",
    "score",
    "softmax",
    "trail",
    "pixel",
    "end",
]

# What stands where: the words, the ring, and how much of the highlighted thing the words cover, in pixels.
PLACES = """() => {
  const words = document.querySelector("loupe-tour").getBoundingClientRect(),
      ring = document.querySelector(".tour-ring"), light = ring.getBoundingClientRect();
  const shared = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0,
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  return {
    lit: !ring.hidden && light.width > 0 && light.bottom > 0 && light.top < innerHeight && light.right > 0 &&
        light.left < innerWidth,
    covered: shared(words, light),
    inside: words.left >= 0 && words.top >= 0 && words.right <= innerWidth + 0.5 && words.bottom <= innerHeight + 0.5,
    sheet: document.querySelector("loupe-tour").hasAttribute("data-sheet"),
    page: document.documentElement.scrollWidth,
  };
}"""


def begin(page: Page) -> None:
    page.evaluate("document.querySelector('loupe-header [data-action=tour]').click()")
    page.wait_for_selector(TOUR.format("picture"))


def at_rest(page: Page) -> dict[str, object]:
    """Wait until the words have found their place, and say where that is."""
    before: object = None

    def rested() -> bool:
        nonlocal before
        found = page.evaluate(
            "() => [...document.querySelectorAll('loupe-tour, .tour-ring')].map((one) => "
            "JSON.stringify(one.getBoundingClientRect())).join()"
        )
        before, same = found, found == before
        page.wait_for_timeout(120)
        return same and bool(page.evaluate(PLACES)["lit"])

    eventually(rested, "what the step speaks of", 10)
    return page.evaluate(PLACES)


def deeds(page: Page, truth: Truth, *, touch: bool = False) -> dict[str, Callable[[], None]]:
    """How each step is done."""
    first = next(layer["name"] for layer in truth.layers if layer["kind"] == "conv2d")
    scores = next(layer["name"] for layer in reversed(truth.layers) if layer["kind"] == "dense")
    top = int(np.argmax(truth.tensors[scores]))
    unit = f'loupe-network [data-layer="{first}"][data-unit="1"]'

    def press(selector: str) -> Callable[[], None]:
        one = page.locator(selector).first

        def tap() -> None:
            one.tap()
            page.wait_for_timeout(200)
            if page.get_attribute("loupe-tour", "data-done") == "false":
                one.tap()  # the first one reads it, the second opens it

        return tap if touch else one.click

    return {
        "picture": press("loupe-strip [data-sample][aria-pressed=true]"),
        "pixels": press("loupe-network [data-layer=input][data-unit]"),
        "hover": page.locator(unit).tap if touch else page.locator(unit).hover,
        "open": press(unit),
        "kernel": press('loupe-view [data-row="0"] .kernel'),
        "slide": press("loupe-view .playback button"),
        "activation": press("loupe-tour [data-choice=right]"),
        "pooling": press("loupe-view .stage-pooling .heat"),
        "score": press(f'loupe-network [data-class="{top}"]'),
        "softmax": press("loupe-view [data-action=open-softmax]"),
        "trail": press("loupe-view [data-action=trail-to-pixel]"),
        "pixel": press("loupe-view .trail li:last-child .trail-step"),
    }


def done(page: Page, step: str) -> None:
    page.wait_for_selector(f"{TOUR.format(step)}[data-done=true]")


@pytest.mark.parametrize(("model", "width", "options"), [
    ("tiny-vgg", 1440, {"color_scheme": "dark"}),
    ("deep", 390, {"locale": "zh-CN", "has_touch": True, "reduced_motion": "reduce"}),
])  # fmt: skip
def test_every_step_is_done_by_doing_it(
    visit: Visit, axe: str, model: str, width: int, options: dict[str, object]
) -> None:
    visited = visit(width=width, height=844 if width == 390 else 900, **options)
    visited.expect("was preloaded using link preload")
    page = visited.go(f"/?model={model}")
    begin(page)
    ways = deeds(page, Truth.of(visited.base, model), touch=width == 390)
    for number, step in enumerate(ALL, 1):
        page.wait_for_selector(TOUR.format(step))
        places = at_rest(page)
        assert (places["covered"], places["inside"], places["sheet"], places["page"]) == (
            0,
            True,
            width == 390,
            width,
        ), (step, places)
        assert page.locator(".tour-words h2 .sr").inner_text().count(str(number)) >= 1
        assert not page.locator("loupe-tour").inner_text().count("{")
        if step in ("picture", "activation", "end"):
            page.wait_for_timeout(250)  # colours in transition have no contrast yet
            assert violations(page, axe, "loupe-tour") == [], step
        if step == "end":
            break
        expect(page.locator("loupe-tour")).to_have_attribute("data-done", "false")
        ways[step]()
        done(page, step)
        expect(page.locator(".tour-said .sr")).to_have_count(1)
        page.click("[data-action=tour-next]")
    page.click("[data-action=tour-next]")
    expect(page.locator("loupe-tour")).to_have_count(0)
    assert "tour=" not in page.url


def test_the_whole_tour_goes_by_keyboard_alone(visit: Visit) -> None:
    visited = visit(width=1024, height=768)
    visited.expect("was preloaded using link preload")
    page = visited.go("/?model=deep")
    page.keyboard.press("t")
    page.wait_for_selector(TOUR.format("picture"))
    for step in ALL[:-1]:
        page.wait_for_selector(TOUR.format(step))
        places = at_rest(page)
        assert (places["covered"], places["inside"]) == (0, True), (step, places)
        eventually(
            lambda: page.evaluate("document.activeElement.closest('loupe-tour') !== null"),
            f"the focus in the tour at {step}",
        )
        if step == "activation":
            page.keyboard.press("Shift+Tab")  # from the way on to the way back, and to the answers
            while page.evaluate("document.activeElement.dataset.choice") != "right":
                page.keyboard.press("Shift+Tab")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("t")
            assert page.evaluate("document.activeElement.closest('loupe-tour') === null"), (
                f"{step}: T leads to what it speaks of"
            )
            if step != "hover":
                page.keyboard.press("Enter" if step != "pooling" else "ArrowRight")
        done(page, step)
        if not page.evaluate("document.activeElement.closest('loupe-tour') !== null"):
            page.keyboard.press("t")
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(TOUR.format("end"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(TOUR.format("pixel"))
    page.keyboard.press("Escape")
    expect(page.locator("loupe-tour")).to_have_count(0)


def test_it_is_offered_once_never_forced_and_nothing_of_it_is_loaded_before(visit: Visit) -> None:
    visited = visit()
    asked: list[str] = []
    visited.page.on("request", lambda request: asked.append(request.url))
    page = visited.go()
    page.wait_for_selector("[data-offer=tour]")
    assert [url for url in asked if "tour" in url and not re.search(r"tour[/-]offer\.", url)] == []
    expect(page.locator("loupe-tour")).to_have_count(0)
    page.click("[data-action=offer-later]")
    expect(page.locator("[data-offer]")).to_have_count(0)
    asked.clear()
    page.reload()
    page.wait_for_selector(READY, state="attached")
    page.wait_for_timeout(1500)
    expect(page.locator("[data-offer]")).to_have_count(0)
    assert [url for url in asked if "tour" in url] == []


def test_the_offer_goes_away_when_one_looks_around(visit: Visit) -> None:
    page = visit(width=390, height=844).go()
    page.wait_for_selector("[data-offer=tour]")
    page.click('loupe-network [data-layer="conv_1_1"][data-unit="0"]')
    expect(page.locator("[data-offer]")).to_have_count(0)


def test_one_skips_jumps_goes_back_leaves_and_comes_again_where_one_was(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    begin(page)
    page.click("[data-action=tour-next]")  # nothing was done: it is skipped
    page.wait_for_selector(TOUR.format("pixels"))
    page.click("[data-action=tour-back]")
    page.wait_for_selector(TOUR.format("picture"))
    page.click(".tour-steps summary")
    page.click("[data-tour-step=slide]")
    page.wait_for_selector(TOUR.format("slide"))
    page.wait_for_selector("[data-view=microscope][data-settled]")
    page.locator("loupe-view .playback button").first.click()
    done(page, "slide")
    page.reload()
    page.wait_for_selector(TOUR.format("slide") + "[data-done=true]")
    page.wait_for_selector("[data-view=microscope]")

    # Back takes back what was opened; the tour stays at its step and shows the way to it again.
    page.evaluate("document.querySelector('loupe-view .view-out, loupe-view .view-out button').click()")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.go_back()
    page.wait_for_selector("[data-view=microscope][data-settled]")
    page.wait_for_selector(TOUR.format("slide"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-action=tour-show]:visible")
    page.click("[data-action=tour-show]")
    page.wait_for_selector("[data-view=microscope][data-settled]")

    page.click("[data-action=tour-leave]")
    expect(page.locator("loupe-tour")).to_have_count(0)
    assert page.locator(".tour-ring").count() == 0
    again = visited.open()
    again.goto(visited.base)
    again.wait_for_selector(READY, state="attached")
    begin_where_left = "document.querySelector('loupe-header [data-action=tour]').click()"
    again.evaluate(begin_where_left)
    again.wait_for_selector(TOUR.format("slide"))
    again.click(".tour-steps summary")
    again.click("[data-action=tour-again]")
    again.wait_for_selector(TOUR.format("picture") + "[data-done=false]")


def test_another_model_and_another_language_keep_the_tour(visit: Visit) -> None:
    visited = visit(locale="zh-CN")
    visited.expect("was preloaded using link preload")
    page = visited.go("/?tour=network:pooling")
    page.wait_for_selector(TOUR.format("pooling"))
    page.select_option("loupe-header select", "minimal")  # which pools nothing: the next step that it has
    page.wait_for_selector(TOUR.format("score"))
    at_rest(page)
    expect(page.locator(".tour-steps summary")).to_have_text("7 / 10")
    page.goto(f"{visited.base}/?lang=en&tour=network:score")
    page.wait_for_selector(TOUR.format("score"))
    expect(page.locator(".tour-title")).to_contain_text("The score")
