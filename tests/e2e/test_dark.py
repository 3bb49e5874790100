"""The dark theme: zero is the page's ground in maps, legends and inspector, and a change of theme paints all anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, eventually
from tests.e2e.opened import array, fetch

pytestmark = pytest.mark.browser
GROUND, WHITE = "20,22,27", "255,255,255"
PIXELS = """(canvas) => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 3)].join());
}"""


def colours(page: Page, selector: str) -> list[str]:
    found: list[str] = page.locator(selector).first.evaluate(PIXELS)
    return found


def middle(page: Page, selector: str) -> str:
    found = colours(page, selector)
    return found[len(found) // 2]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_zero_is_the_ground_in_maps_legends_and_inspector_and_follows_the_theme(visit: Visit, scheme: Any) -> None:
    visited = visit(color_scheme=scheme)
    page = visited.go()
    run = fetch(f"{visited.base}/api/v1/models/tiny-vgg/samples/espresso/run")
    relu = next(array(layer["tensor"]) for layer in run["layers"] if layer["name"] == "relu_1_1")[1]
    zeros = int((relu == 0).sum())
    assert 0 < zeros < relu.size

    def agrees(zero: str) -> None:
        """Not one pixel more or less than there are zeros has the colour of zero (within a step of the table)."""
        page.hover("[data-layer=relu_1_1][data-unit='1']")
        expect(page.locator(".inspector-head h2")).to_have_text("relu_1_1[1]")
        eventually(lambda: colours(page, ".inspector-canvas").count(zero) >= zeros, f"zeros in {zero}")
        tiny = int((np.abs(relu) < np.quantile(np.abs(relu), 0.995) / 127).sum())
        assert zeros <= colours(page, ".inspector-canvas").count(zero) <= tiny
        assert middle(page, ".inspector-legend canvas") == zero
        assert middle(page, ".network-legends > :not(.is-input) canvas") == zero

    first, second = (GROUND, WHITE) if scheme == "dark" else (WHITE, GROUND)
    agrees(first)
    page.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    agrees(second)


def test_an_opened_view_and_its_legend_turn_with_the_page(visit: Visit) -> None:
    page = visit(color_scheme="dark").go("/?view=activation:relu_1_1%5B1%5D")
    expect(page.locator("[data-view=activation][data-settled]")).to_be_visible()
    assert middle(page, ".legend-ramp") == GROUND
    assert GROUND in colours(page, ".stage-activation canvas >> nth=1")
    page.emulate_media(color_scheme="light")
    eventually(lambda: middle(page, ".legend-ramp") == WHITE, "the legend on a light page")
    assert GROUND not in colours(page, ".stage-activation canvas >> nth=1")
