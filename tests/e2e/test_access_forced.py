"""Forced colours: data keeps its colours, what is chosen is told by more than a background, the focus is seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visit
from tests.e2e.opened import open_view

pytestmark = pytest.mark.browser

# Colour that is data: backgrounds that the page itself has set and that a forced palette would wash away.
WASHED = """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility())
  .filter((one) => getComputedStyle(one).forcedColorAdjust !== "none").map((one) => one.className)"""
OUTLINE = (
    "(selector) => { const { outlineStyle, outlineWidth } = getComputedStyle(document.querySelector(selector)); "
    "return [outlineStyle, parseFloat(outlineWidth)]; }"
)


def marked(page: Page, selector: str, unmarked: str) -> bool:
    """Whether an outline tells the chosen one from the others."""
    style, width = page.evaluate(OUTLINE, selector)
    return style == "solid" and width >= 2 and page.evaluate(OUTLINE, unmarked)[0] == "none"


@pytest.mark.parametrize(("view", "data"), [
    ("neuron:conv_1_2[3,30,24]", ".heat, .kernel, .legend-ramp, .sidebar-window, .mark"),
    ("microscope:conv_1_2[3,30,24]!3", ".heat, .grid-cell, .sidebar-window, .mark"),
    ("output:output[6]", ".heat, .operand-bar, .legend-ramp"),
    ("softmax:softmax[6]", ".score-dot"),
])  # fmt: skip
def test_data_keeps_its_colours_in_a_view(visit: Visit, view: str, data: str) -> None:
    page = open_view(visit(forced_colors="active"), view)
    for selector in data.split(", "):
        assert page.locator(f"loupe-view {selector}").count() > 0, selector
        assert page.evaluate(WASHED, f"loupe-view {selector}") == [], selector
    assert marked(page, ".sidebar-layer[aria-current]", ".sidebar-layer:not([aria-current])")


def test_the_chosen_row_and_the_step_of_a_trail_are_outlined(visit: Visit) -> None:
    visited = visit(forced_colors="active")
    page = open_view(visited, "microscope:conv_1_2[3,30,24]!3")
    assert marked(page, ".neuron-row.chosen", ".neuron-row:not(.chosen)")
    page = open_view(visited, "neuron:conv_1_2[3,30,24]~max_pool_1[3,15,12]~relu_1_2[3,30,24]~conv_1_2[3,30,24]")
    page.wait_for_selector(".trail-step[aria-current]")
    assert marked(page, ".trail-step[aria-current]", ".trail-step:not([aria-current])")


def test_maps_and_the_focus_are_seen_on_the_network(visit: Visit) -> None:
    page = visit(forced_colors="active").go("/?at=conv_1_2[3]")
    page.wait_for_selector(".inspector-map")
    assert (
        page.evaluate(WASHED, ".network-legend-bar, .inspector-canvas, .inspector-histogram, .network-class-fill") == []
    )
    style, width = page.evaluate(OUTLINE, ".network-class.is-top")
    assert (style, width >= 2) == ("solid", True)
    page.locator('[data-layer="conv_1_2"][data-unit="3"]').focus()
    page.keyboard.press("ArrowDown")
    style, width = page.evaluate(
        "() => { const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement); return "
        "[outlineStyle, parseFloat(outlineWidth)]; }"
    )
    assert (style, width) == ("solid", 3)
