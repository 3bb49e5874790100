"""The trail from a class to a pixel, forward again, and the code that recomputes each number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, Visited, eventually
from tests.e2e.opened import (
    SETTLED,
    Truth,
    copied_script,
    explained,
    open_view,
    places,
    printed,
    show,
    wrong_values,
)

pytestmark = pytest.mark.browser

START = [
    ("tiny-vgg", "softmax", "softmax"),
    ("deep", "probabilities", "softmax"),
    ("minimal", "scores", "output"),
    ("wide", "softmax", "softmax"),
]


def start(visited: Visited, model: str, layer: str, view: str) -> tuple[Page, Truth]:
    """The view of the class that won."""
    truth = Truth.of(visited.base, model)
    top = int(np.argmax(truth.tensors[layer]))
    return open_view(visited, f"{view}:{layer}[{top}]", model), truth


def step(page: Page) -> str:
    """Follow the operand that stands first; gives the place that is explained then."""
    before = explained(page)[0]
    page.locator(".explanation .operands .operand:enabled").first.click()
    eventually(lambda: page.locator("[data-explained]").count() == 1 and explained(page)[0] != before, "the next step")
    return explained(page)[0]


@pytest.mark.parametrize(("model", "layer", "view"), START)
def test_a_trail_leads_from_the_top_class_to_a_pixel_through_the_engines_own_numbers(
    visit: Visit, model: str, layer: str, view: str
) -> None:
    visited = visit()
    page, truth = start(visited, model, layer, view)
    walked = [explained(page)[0]]
    for _ in truth.layers:
        walked.append(step(page))
        place, value = explained(page)
        assert np.float32(value) == np.float32(truth.value(place)), place
        assert wrong_values(page, truth) == []
    names = [place.split("[")[0] for place in walked]
    assert names == [one["name"] for one in reversed(truth.layers)] + ["input"]
    steps = page.locator(".trail-step")
    expect(steps).to_have_count(len(walked))
    assert [one.get_attribute("data-place") for one in steps.all()] == walked

    # In the middle of it: reload, and be where one was.
    steps.nth(2).click()
    eventually(lambda: explained(page)[0] == walked[2], "the third step")
    middle = explained(page)
    page.reload()
    page.wait_for_selector("[data-explained]")
    assert explained(page) == middle
    expect(page.locator(".trail-step")).to_have_count(len(walked))
    page.go_back()
    eventually(
        lambda: page.locator("[data-explained]").count() == 1 and explained(page)[0] == walked[-1], "Back to the pixel"
    )


def test_the_trail_finds_the_way_to_the_picture_by_itself_and_from_the_top_class(visit: Visit) -> None:
    visited = visit()
    page = open_view(visited, "neuron:conv_2_1[4,10,12]")
    page.click("[data-action=trail-to-pixel]")
    expect(page.locator(".trail-step")).to_have_count(7)
    assert str(page.locator(".trail-step").last.get_attribute("data-place")).startswith("input[")
    page.click("[data-action=trail-from-top]")
    page.wait_for_selector(SETTLED.format("softmax"))
    truth = Truth.of(visited.base)
    expect(page.locator(".trail-step")).to_have_count(len(truth.layers) + 1)
    for one in page.locator(".trail-step").all():
        assert np.float32(str(one.get_attribute("data-value"))) == np.float32(
            truth.value(str(one.get_attribute("data-place")))
        )


def test_a_number_can_be_followed_forward_to_those_that_read_it(visit: Visit) -> None:
    visited = visit()
    page = open_view(visited, "pixels:input[0,10,12]")
    page.locator("[data-part=forward] summary").click()
    consumers = page.locator("[data-part=forward] .operand")
    expect(consumers).to_have_count(60)
    expect(page.locator("[data-part=forward] .note")).to_contain_text("90")
    assert wrong_values(page, Truth.of(visited.base)) == []
    target = str(consumers.first.get_attribute("data-place"))
    consumers.first.click()
    page.wait_for_selector(SETTLED.format("neuron"))
    assert explained(page)[0] == target
    places = [one.get_attribute("data-place") for one in page.locator(".trail-step").all()]
    assert places == [target, "input[0,10,12]"]


def test_a_number_anywhere_in_a_view_can_be_followed(visit: Visit) -> None:
    page = open_view(visit(), "microscope:conv_1_2[3,30,24]!3")
    cell = page.locator(".microscope button.grid-cell").nth(4)
    place = cell.get_attribute("data-place")
    cell.click()
    page.wait_for_selector(SETTLED.format("activation"))
    assert explained(page)[0] == place == "relu_1_1[3,31,25]"


def prints_what_it_states(page: Page, folder: Path) -> str:
    """Copy the script, run it, and hold what it prints to what the page says of it; gives the script."""
    value = explained(page)[1]
    script = copied_script(page)
    words = page.locator("[data-part=code] .note").first.inner_text()
    stated = re.search(r"±([\d.]+e[+-]\d+)", words)
    assert stated or "exactly" in words
    # What is stated is for the number itself; NumPy prints it with the digits of a float32.
    assert abs(printed(script, folder) - value) <= (float(stated[1]) if stated else 0) + 1e-7 * abs(value), explained(
        page
    )[0]
    return script


@pytest.mark.parametrize("model", ["tiny-vgg", "deep", "minimal", "wide"])
def test_the_copied_script_of_every_layer_prints_the_shown_number_as_closely_as_it_states(
    visit: Visit, tmp_path: Path, model: str
) -> None:
    visited = visit()
    page = open_view(visited, "pixels:input[0,5,6]", model)
    truth = Truth.of(visited.base, model)
    for view in places(truth, random.Random(7)):
        if view.startswith("microscope"):
            continue
        show(page, view)
        script = prints_what_it_states(page, tmp_path)
        # Pictures that the page makes for a model without a gallery are not the server's: scripts carry their input.
        assert ("espresso" if model == "tiny-vgg" else "pixels = ") in script


def test_for_an_own_picture_and_for_a_changed_one_the_script_carries_the_input(
    visit: Visit, picture: Callable[..., Path], tmp_path: Path
) -> None:
    page = open_view(visit(), "neuron:conv_1_2[3,30,24]")
    drawn = lambda: page.evaluate("document.documentElement.dataset.run")  # noqa: E731
    before = (drawn(), explained(page)[1])
    page.set_input_files("input[type=file]", str(picture("own.png")))
    eventually(lambda: drawn() != before[0] and explained(page)[1] != before[1], "the own picture's value")
    assert "pixels = " in prints_what_it_states(page, tmp_path)
    show(page, "output:output[6]")
    assert "pixels = " in prints_what_it_states(page, tmp_path)
