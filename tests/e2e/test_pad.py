"""The drawing pad: by mouse, by finger, by keys; the network follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, Visited, eventually, violations
from tests.e2e.own import OWN, runs, wait_for_run

pytestmark = pytest.mark.browser

PAD = "loupe-drawing .pad-canvas"
# The small grey model of the tests: 8×8 pixels.
ADDRESS = "/?model=minimal"


def opened(visited: Visited) -> Page:
    visited.expect("willReadFrequently")  # the tests read canvases again and again, the page does not
    page = visited.go(ADDRESS)
    page.click('[data-action="picture-drawing"]')
    expect(page.locator(PAD)).to_be_visible()
    return page


def seen(page: Page) -> list[int]:
    """The grey values that the network gets, row by row."""
    found: list[int] = page.evaluate(
        """() => { const seen = document.querySelector(".drawing-seen");
          const { data } = seen.getContext("2d").getImageData(0, 0, seen.width, seen.height);
          return [...data].filter((_, at) => at % 4 === 0); }"""
    )
    return found


def drawn_input(page: Page) -> list[int]:
    """The picture beside the answer, which is painted from the tensor that the network got."""
    found: list[int] = page.evaluate(
        """() => { const shown = document.querySelector(".answer-picture canvas");
          const { data } = shown.getContext("2d").getImageData(0, 0, shown.width, shown.height);
          return [...data].filter((_, at) => at % 4 === 0); }"""
    )
    return found


def stroke(page: Page, *places: tuple[float, float]) -> None:
    box = page.locator(PAD).bounding_box()
    assert box
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def test_only_networks_of_small_grey_pictures_offer_the_pad(visit: Visit) -> None:
    page = visit().go()
    expect(page.locator('[data-action="picture-drawing"]')).to_be_hidden()
    page = visit().go(ADDRESS)
    expect(page.locator('[data-action="picture-drawing"]')).to_be_visible()


def test_a_stroke_of_the_mouse_becomes_the_input_exactly(visit: Visit) -> None:
    page = opened(visit())
    page.locator("loupe-drawing input[type=checkbox]").uncheck()
    before = runs(page)
    stroke(page, (0.2, 0.3), (0.8, 0.3))
    wait_for_run(page, before)
    expect(page.locator(OWN)).to_have_count(1)
    eventually(lambda: drawn_input(page) == seen(page), "the drawing as the network's input")
    values = seen(page)
    assert max(values) == 255, "the pen is white"
    bright = {at // 8 for at, value in enumerate(values) if value > 128}
    assert bright <= {1, 2}, "the stroke lies where it was drawn"


def test_while_the_pen_is_down_the_network_follows_and_nothing_piles_up(visit: Visit) -> None:
    page = opened(visit())
    steps = page.evaluate("history.length")
    before = runs(page)
    box = page.locator(PAD).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    wait_for_run(page, before)
    page.mouse.move(box["x"] + 60, box["y"] + 160, steps=5)
    wait_for_run(page, before + 1)
    page.mouse.up()
    expect(page.locator(OWN)).to_have_count(1)
    assert page.evaluate("history.length") <= steps + 1


def test_undo_and_clear(visit: Visit) -> None:
    page = opened(visit())
    stroke(page, (0.2, 0.2), (0.8, 0.2))
    eventually(lambda: max(seen(page)) == 255, "the first stroke")
    once = seen(page)
    stroke(page, (0.5, 0.3), (0.5, 0.9))
    eventually(lambda: seen(page) != once, "the second stroke")
    page.click('[data-action="pad-undo"]')
    eventually(lambda: seen(page) == once, "the first stroke alone")
    page.click('[data-action="pad-clear"]')
    eventually(lambda: max(seen(page)) == 0, "an empty pad")


def test_the_keys_draw_what_the_mouse_draws(visit: Visit) -> None:
    page = opened(visit())
    page.locator("loupe-drawing input[type=checkbox]").uncheck()
    page.locator(PAD).focus()
    for key in ("Shift+ArrowUp", "Space", *["Shift+ArrowRight"] * 3, "Space"):
        page.keyboard.press(key)

    def bright() -> list[int]:
        return [at for at, value in enumerate(seen(page)) if value > 128]

    eventually(lambda: {at % 8 for at in bright()} >= {4, 5, 6}, "the stroke")
    assert {at // 8 for at in bright()} <= {2, 3}
    page.keyboard.press("Backspace")
    eventually(lambda: max(seen(page)) == 0, "the stroke taken back")


def test_a_finger_draws_and_the_page_stays_where_it_is(visit: Visit, axe: str) -> None:
    page = opened(visit(width=390, height=844, has_touch=True, is_mobile=True))
    page.locator(PAD).scroll_into_view_if_needed()
    box = page.locator(PAD).bounding_box()
    assert box
    scrolled = page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (0.3, 0.2))
    for part in range(1, 6):
        touch("touchMove", (0.3, 0.2 + 0.12 * part))
    touch("touchEnd")
    eventually(lambda: max(seen(page)) == 255, "the stroke")
    expect(page.locator(OWN)).to_have_count(1)
    assert page.evaluate("scrollY") == scrolled
    assert violations(page, axe, ".panel") == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
