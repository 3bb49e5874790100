"""Comparing two runs in a browser: what is pinned, what is chosen, and numbers that are the API's."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import READY, Visit, eventually, violations
from tests.e2e.opened import fetch

pytestmark = pytest.mark.browser
BAR = "loupe-compare"
CELL = "[data-layer-difference={}]"
MAPS = """() => {
    const canvas = document.querySelector(".network-maps");
    const [at, ratio] = [canvas.getBoundingClientRect(), canvas.width / canvas.clientWidth];
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    return [...document.querySelectorAll("loupe-network [data-layer][data-unit]")].map((one) => {
        const box = one.getBoundingClientRect();
        const middle = [box.x + box.width / 2 - at.x, box.y + box.height / 2 - at.y];
        return [...pen.getImageData(...middle.map((place) => Math.floor(place * ratio)), 1, 1).data].join();
    }).join(";");
}"""
"""The colours in the middle of the maps."""


def query(page: Page, name: str) -> str:
    return parse_qs(urlsplit(page.evaluate("location.href")).query).get(name, [""])[0]


def layers_of(base: str, a: dict[str, Any], b: dict[str, Any]) -> dict[str, dict[str, Any]]:
    body = json.dumps({"a": a, "b": b}).encode()
    answer = fetch(f"{base}/api/v1/models/tiny-vgg/comparisons", body)
    return {layer["layer"]: layer for layer in answer["layers"]}


def strip(page: Page) -> dict[str, float]:
    """What is measured of each layer, as it is shown."""
    return dict(
        page.eval_on_selector_all(
            ".compare-cell", "all => all.map(one => [one.dataset.layerDifference, Number(one.dataset.value ?? NaN)])"
        )
    )


def agrees(page: Page, expected: dict[str, dict[str, Any]], measure: str, key: str) -> None:
    page.select_option(f"{BAR} [data-control=measure]", measure)
    wanted = {name: layer[key] for name, layer in expected.items() if layer[key] is not None}
    eventually(
        lambda: (
            {name: value for name, value in strip(page).items() if not math.isnan(value)}
            == pytest.approx(wanted, abs=2e-5)
        ),
        f"the API's {measure}",
    )


def test_a_picture_is_pinned_and_compared_with_another_and_every_number_says_what_it_is_made_of(
    visit: Visit, axe: str
) -> None:
    visited = visit()
    page = visited.go("/?sample=red-panda")
    page.keyboard.press("c")
    expect(page.locator(f"{BAR} [data-side=a]")).to_contain_text("Red panda")
    eventually(lambda: set(strip(page).values()) == {0}, "no difference from itself")
    page.locator("[data-sample=koala]").click()
    expect(page.locator(f"{BAR} [data-side=b]")).to_contain_text("Koala")
    expected = layers_of(visited.base, {"sample": "red-panda"}, {"sample": "koala"})
    agrees(page, expected, "cosine", "cosine")
    agrees(page, expected, "units", "units_changed")
    agrees(page, expected, "gates", "gates_flipped")
    agrees(page, expected, "winners", "winners_moved")
    agrees(page, expected, "distance", "distance")
    assert (query(page, "with"), query(page, "sample")) == ("sample:red-panda", "koala")

    # The maps: B minus A, B, and A while the key is held.
    expect(page.locator(".network-legend[aria-label*='B − A']").first).to_be_attached()
    difference = page.evaluate(MAPS)
    page.click(f"{BAR} [data-control=b]")
    eventually(lambda: page.evaluate(MAPS) != difference, "the maps of B")
    page.wait_for_timeout(100)
    b = page.evaluate(MAPS)
    page.keyboard.down("b")
    eventually(lambda: page.evaluate(MAPS) not in (b, difference), "the maps of A")
    a = page.evaluate(MAPS)
    page.keyboard.up("b")
    eventually(lambda: page.evaluate(MAPS) == b, "the maps of B again")
    assert query(page, "compare") == "b"
    hold = page.locator(f"{BAR} [data-control=compare-hold]")
    hold.hover()
    page.mouse.down()
    eventually(lambda: page.evaluate(MAPS) == a, "A while the button is held")
    page.mouse.up()
    eventually(lambda: page.evaluate(MAPS) == b, "B once it is let go")
    page.click(f"{BAR} [data-control=a]")
    eventually(lambda: page.evaluate(MAPS) == a, "A as it was while the key was held")
    page.click(f"{BAR} [data-control=diff]")
    eventually(lambda: page.evaluate(MAPS) == difference, "the difference again")

    # A layer's numbers, its most changed unit, and from there to what the difference comes from.
    page.click(CELL.format("conv_1_2"))
    detail = page.locator(".compare-detail")
    expect(detail).to_contain_text("of 36,000 compared values differ")
    assert violations(page, axe) == []
    detail.locator(".compare-unit").first.click()
    for layer in ("conv_1_2", "relu_1_1", "conv_1_1"):
        expect(detail.locator(".compare-part").first).to_be_visible()
        sums = detail.locator(".compare-sum")
        if layer.startswith("conv"):
            found = float(sums.first.get_attribute("data-difference") or "nan")
            assert float(sums.nth(1).get_attribute("data-sum") or "nan") == pytest.approx(found, abs=1e-4)
            assert found != 0
        detail.locator("button.compare-part").first.click()
    expect(detail).to_contain_text("A value of the picture")
    assert violations(page, axe) == []
    page.locator(f"{BAR} [data-control=compare-origin]").focus()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()

    # On the way from A to B: at 0 there is only A.
    slider = page.locator(f"{BAR} [data-control=compare-morph]")
    slider.fill("0")
    eventually(lambda: set(strip(page).values()) == {0}, "only A")
    assert slider.evaluate("one => one === document.activeElement")  # the one that was used is still there
    slider.fill("0.5")
    eventually(lambda: query(page, "compare") == "diff,morph:0.5", "half of the way")
    halfway = strip(page)
    eventually(lambda: 0 < strip(page)["conv_1_1"] < expected["conv_1_1"]["distance"], "half of the way")
    # The first layer is linear in the picture but for its bias: half of the way is half of the difference.
    assert strip(page)["conv_1_1"] == pytest.approx(expected["conv_1_1"]["distance"] / 2, rel=1e-4), halfway
    slider.fill("1")
    agrees(page, expected, "distance", "distance")

    # The address is the whole of it, Back restores the pair.
    page.locator("[data-sample=espresso]").click()
    other = layers_of(visited.base, {"sample": "red-panda"}, {"sample": "espresso"})
    agrees(page, other, "distance", "distance")
    page.go_back()
    agrees(page, expected, "distance", "distance")
    page.reload()
    page.wait_for_selector(READY, state="attached")
    page.wait_for_selector(".compare-cell")
    agrees(page, expected, "distance", "distance")
    page.keyboard.press("c")
    expect(page.locator(BAR)).to_have_count(0)
    eventually(lambda: query(page, "with") == "", "no A")
    expect(page.locator(".network-legend[aria-label*='B − A']")).to_have_count(0)


def test_a_shift_is_aligned_to_exact_zeros_and_a_change_is_compared_with_the_network_as_learned(visit: Visit) -> None:
    visited = visit()
    page = visited.go("/?sample=red-panda&transform=shift_x:4&with=sample:red-panda&compare=diff,align")
    page.wait_for_selector(".compare-cell")
    maps = [f"{kind}_{place}" for place in ("1_1", "1_2", "2_1", "2_2") for kind in ("conv", "relu")]
    whole = [*maps, "max_pool_1", "max_pool_2"]
    eventually(lambda: {strip(page)[name] for name in whole} == {0}, "exact zeros through the last pooling")
    assert strip(page)["output"] > 0  # a weight for each place
    page.locator("input[data-transform=shift_x]").fill("2")
    eventually(lambda: strip(page)["max_pool_2"] > 0.1, "a shift that the last stride does not divide")
    assert {strip(page)[name] for name in whole if name != "max_pool_2"} == {0}
    page.locator("input[data-transform=shift_x]").fill("1")
    eventually(lambda: strip(page)["max_pool_1"] > 0.1, "a shift that no stride divides")
    assert {strip(page)[name] for name in whole[:4]} == {0}
    page.click(f"{BAR} [data-control=compare-align]")
    eventually(lambda: strip(page)["conv_1_1"] > 0.1, "without being aligned, what moved counts as changed")

    page = visited.go("/?sample=red-panda&edits=relu_1_2[4]=0&with=sample:red-panda")
    page.wait_for_selector(".compare-cell")
    edited = {"sample": "red-panda", "edits": ["relu_1_2[4]=0"]}
    agrees(page, layers_of(visited.base, {"sample": "red-panda"}, edited), "distance", "distance")
    assert {strip(page)[name] for name in ("conv_1_1", "relu_1_1", "conv_1_2")} == {0}
    page = visited.go("/?with=sample:nobody")
    expect(page.locator("loupe-notices")).to_contain_text("nobody")
