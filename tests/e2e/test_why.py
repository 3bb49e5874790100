"""Why: evidence over the picture in a browser, held to the API's numbers of the same run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit, eventually, violations
from tests.e2e.opened import array, fetch

pytestmark = pytest.mark.browser
PICTURE = "[data-why-picture]"
WHY = "[data-action=why]"
# The colour of a canvas at a place in the input's 64 pixels; read at once, as browsers ask for.
READ = """const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const place = (x, y) => 4 * (Math.floor(y / 64 * height) * width + Math.floor(x / 64 * width));
  const at = (x, y) => [...data.slice(place(x, y), place(x, y) + 4)];"""


class Evidence:
    """Every class's evidence on a gallery picture, from the API's tensors: (classes, rows, columns)."""

    def __init__(self, base: str, sample: str) -> None:
        api = f"{base}/api/v1/models/tiny-vgg"
        run = fetch(f"{api}/samples/{sample}/run")
        parameters = {layer["name"]: layer for layer in fetch(f"{api}/parameters")["layers"]}["output"]
        maps = next(array(layer["tensor"]) for layer in run["layers"] if layer["name"] == "max_pool_2")
        weights = array(parameters["weight"]).reshape(10, *maps.shape)
        self.bias = array(parameters["bias"]).astype(float)
        self.terms = weights.astype(float) * maps
        self.places = self.terms.sum(axis=1)
        self.logits = [score["logit"] for score in run["scores"]]


def value(locator: Locator) -> float:
    return float(locator.get_attribute("data-value") or "nan")


def address(page: Page) -> str:
    """Asked of the page: what Playwright knows of it waits for its events."""
    return str(page.evaluate("location.href"))


def summed(page: Page, name: str) -> float:
    return value(page.locator(f"[data-why-sum] [data-of={name}]"))


def shown(page: Page, unit: str) -> None:
    expect(page.locator(f'loupe-why[data-unit="{unit}"] {PICTURE}[data-settled]')).to_be_attached()


def over(page: Page, row: float, column: float) -> tuple[float, float]:
    """The middle of a square in the window: squares are 4 pixels of 64, the first begins at 6."""
    page.locator(PICTURE).scroll_into_view_if_needed()
    box = page.locator(PICTURE).bounding_box()
    assert box is not None
    return box["x"] + (8 + 4 * column) / 64 * box["width"], box["y"] + (8 + 4 * row) / 64 * box["height"]


def test_the_button_shows_a_sum_that_is_the_score_and_back_and_esc_put_it_away(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    truth = Evidence(visited.base, "espresso")
    page.click(WHY)
    shown(page, "output[6]")
    expect(page.locator("loupe-why h2")).to_have_text("Why espresso?")
    assert "why=top" in address(page)
    parts = [summed(page, name) for name in ("positive", "negative", "bias")]
    assert sum(parts) == pytest.approx(summed(page, "total"), abs=1e-5)
    assert summed(page, "total") == pytest.approx(truth.logits[6], abs=1e-4)
    assert summed(page, "engine") == pytest.approx(truth.logits[6], rel=1e-7)
    assert parts[0] == pytest.approx(truth.places[6].clip(min=0).sum(), rel=1e-6)
    expect(page.locator("loupe-inspector")).to_be_hidden()
    page.go_back()
    expect(page.locator("loupe-why")).to_have_count(0)
    expect(page.locator("loupe-inspector")).to_be_visible()
    page.keyboard.press("w")
    shown(page, "output[6]")
    expect(page.locator(WHY)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("loupe-why")).to_have_count(0)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_pointing_at_a_class_paints_its_evidence_and_leaving_brings_back_the_chosen_one(
    visit: Visit, motion: Any
) -> None:
    visited = visit(reduced_motion=motion)
    page = visited.go("/?why=top")
    truth = Evidence(visited.base, "espresso")
    shown(page, "output[6]")
    page.hover("[data-class='8']")
    shown(page, "output[8]")
    assert summed(page, "total") == pytest.approx(truth.logits[8], abs=1e-4)
    expect(page.locator("loupe-why h2")).to_have_text("Why orange?")
    assert "why=top" in address(page)
    page.hover("[data-layer=conv_1_1][data-unit='0']")
    shown(page, "output[6]")


def test_two_classes_are_set_against_each_other_and_the_link_says_so(visit: Visit) -> None:
    visited = visit()
    page = visited.go("/?sample=pizza&why=top")
    truth = Evidence(visited.base, "pizza")
    shown(page, "output[2]")
    page.locator("[data-action=why-class]").select_option("3")
    shown(page, "output[3]")
    page.locator("[data-action=why-against]").select_option("2")
    expect(page.locator("loupe-why h2")).to_have_text("Why bell pepper rather than pizza?")
    assert summed(page, "total") == pytest.approx(truth.logits[3] - truth.logits[2], abs=1e-4)
    assert summed(page, "bias") == pytest.approx(truth.bias[3] - truth.bias[2], abs=1e-6)
    other = visited.open()
    other.goto(address(page))
    expect(other.locator("loupe-why h2")).to_have_text("Why bell pepper rather than pizza?")
    page.go_back()
    expect(page.locator("loupe-why h2")).to_have_text("Why bell pepper?")


def test_a_square_says_what_it_adds_shows_its_patch_and_leads_to_the_calculation(visit: Visit) -> None:
    visited = visit()
    page = visited.go("/?why=top")
    truth = Evidence(visited.base, "espresso")
    shown(page, "output[6]")
    here = page.locator("[data-why-here]")
    page.mouse.move(*over(page, 4, 2))
    expect(here).to_have_text(f"{truth.places[6, 4, 2]:+.2f}: this 16×16 patch")
    assert value(here) == pytest.approx(truth.places[6, 4, 2], rel=1e-6)
    page.mouse.click(*over(page, 4, 2))
    eventually(lambda: "why=top%404,2" in address(page), "the place in the address")
    page.mouse.move(*over(page, 9, 9))
    assert value(here) == pytest.approx(truth.places[6, 9, 9], rel=1e-6)
    page.hover("loupe-why h2")
    assert value(here) == pytest.approx(truth.places[6, 4, 2], rel=1e-6)
    products = [value(one) for one in page.locator(".why-terms [data-of=product]").all()]
    assert products == pytest.approx(sorted(truth.terms[6, :, 4, 2], key=abs, reverse=True), rel=1e-5)
    strongest = int(np.abs(truth.terms[6, :, 4, 2]).argmax())
    page.click("[data-action=why-open]")
    expect(page.locator("[data-view=pooling][data-settled]")).to_be_visible()
    assert f"max_pool_2%5B{strongest},4,2%5D" in address(page)
    page.keyboard.press("Escape")
    shown(page, "output[6]")


def test_squares_are_reached_by_keys_and_said(visit: Visit) -> None:
    page = visit().go("/?why=top%406,6")
    shown(page, "output[6]")
    page.locator(PICTURE).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("loupe-why [role=status]")).to_contain_text("row 7, column 7")
    page.keyboard.press("Enter")
    expect(page.locator("[data-view=pooling][data-settled]")).to_be_visible()
    assert ",7,7%5D" in address(page)


def test_squares_are_hard_and_the_picture_is_the_persons_own_in_full_resolution(visit: Visit, picture: Any) -> None:
    visited = visit(device_scale_factor=2)
    page = visited.go()
    page.set_input_files('[data-action="add-picture"] input[type=file]', picture("wide.png", (300, 200)))
    eventually(lambda: "own=" in address(page), "the own picture")
    page.click(WHY)
    expect(page.locator(".why-caption[data-picture=full]")).to_be_visible()
    # The centred square of the quarters: its corners have the colours of the file's quarters.
    corners = page.locator(".why-ground").evaluate(
        f"(canvas) => {{ {READ} return [[1, 1], [63, 1], [1, 63], [63, 63]].map(([x, y]) => at(x, y).slice(0, 3)); }}"
    )
    wanted = [(200, 30, 30), (30, 160, 60), (30, 60, 200), (240, 200, 40)]
    assert np.abs(np.array(corners) - wanted).max() <= 12
    # One colour within a square, another in its neighbour: nothing is smoothed.
    colours = page.locator(".why-squares").evaluate(
        f"""(canvas) => {{ {READ} return Array.from({{ length: 13 }}, (_, square) =>
              [0.3, 2, 3.7].map((x) => at(6 + 4 * square + x, 8).join())); }}"""
    )
    assert all(len(set(square)) == 1 for square in colours)
    assert len({square[0] for square in colours}) > 6


def test_a_class_behind_a_hidden_layer_says_why_it_has_no_evidence_and_a_hidden_unit_has_its_own(
    visit: Visit,
) -> None:
    page = visit().go("/?model=deep&why=top")
    expect(page.locator(".why-behind")).to_contain_text("leaky2 stands between the last maps and it")
    expect(page.locator("loupe-why h2")).to_contain_text("What made hidden[")
    page.locator("[data-action=why-class]").select_option("3")
    shown(page, "hidden[3]")
    total, engine = summed(page, "total"), summed(page, "engine")
    assert total == pytest.approx(engine, abs=1e-4)
    assert "why=hidden%5B3%5D" in address(page)


@pytest.mark.parametrize(
    ("width", "locale", "scheme"), [(390, "zh-CN", "dark"), (800, "en", "light"), (1440, "zh-CN", "light")]
)
def test_it_is_accessible_and_fits_in_both_languages(
    visit: Visit, axe: str, width: int, locale: str, scheme: str
) -> None:
    visited = visit(width=width, height=844, locale=locale, color_scheme=scheme, has_touch=width < 500)
    page = visited.go()
    if width < 500:
        page.tap(WHY)
    else:
        page.click(WHY)
    shown(page, "output[6]")
    expect(page.locator(PICTURE)).to_be_in_viewport()
    page.locator(".why-table summary").click()
    expect(page.locator(".why-table td")).to_have_count(13 * 13 + 1)
    assert violations(page, axe, "loupe-why") == []
    cut = page.locator("loupe-why").evaluate(
        """(root) => [...root.querySelectorAll("h2, h3, p, dt, dd, button, .why-term-product, .why-term-factors")]
             .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
               && getComputedStyle(one).display !== "inline")
             .map((one) => one.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 500:
        x, y = over(page, 5, 5)
        page.touchscreen.tap(x, y)
        eventually(lambda: "5,5" in address(page), "the tapped square")


def test_the_changed_input_is_what_is_seen_and_another_picture_keeps_the_question(visit: Visit) -> None:
    page = visit().go("/?why=top&transform=grey:1")
    expect(page.locator(".why-caption[data-picture=input]")).to_be_visible()
    page.click("[data-sample=pizza]")
    shown(page, "output[2]")
    expect(page.locator(".why-caption[data-picture=full]")).to_be_visible()
