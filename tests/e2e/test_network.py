"""The network map in a browser: what is painted, what a hover shows, what the keyboard reaches."""

from __future__ import annotations

import base64
import json
import re
import struct
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit, Visited, eventually

pytestmark = pytest.mark.browser
Picture = Callable[..., Path]
API = "/api/v1/models/tiny-vgg"
INPUT = '[data-action="add-picture"] input[type=file]'


def answer(base: str, path: str) -> Any:
    with urllib.request.urlopen(base + path) as response:
        return json.load(response)


def values(tensor: dict[str, Any]) -> tuple[float, ...]:
    data = base64.b64decode(tensor["data"])
    return struct.unpack(f"<{len(data) // 4}f", data)


def unit(layer: str, index: int) -> str:
    return f'[data-layer="{layer}"][data-unit="{index}"]'


def drawn(page: Page) -> int:
    return int(page.locator("html").get_attribute("data-run") or 0)


def choose(page: Page, sample: str) -> None:
    before = drawn(page)
    page.click(f'[data-sample="{sample}"]')
    eventually(lambda: drawn(page) > before, f"the run of {sample}")


def test_every_unit_of_every_column_is_a_focusable_control_and_every_class_too(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    model = answer(visited.base, API)
    maps = [layer for layer in model["layers"] if len(layer["output_shape"]) == 3]
    assert len(maps) == 10
    for layer in maps:
        assert page.locator(f'button[data-layer="{layer["name"]}"][data-unit]').count() == layer["output_shape"][0]
    assert page.locator("button[data-layer=input]").count() == 3
    assert page.locator("button[data-class]").count() == 10
    assert page.locator('[data-unit][tabindex="0"]').count() == 1


def test_screen_readers_hear_a_sentence_for_a_neuron_and_for_a_class(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    run = answer(visited.base, f"{API}/samples/espresso/run")
    tensor = next(layer["tensor"] for layer in run["layers"] if layer["name"] == "conv_1_2")
    own = values(tensor)[3 * 3600 : 4 * 3600]
    said = page.locator(unit("conv_1_2", 3)).get_attribute("aria-label")
    assert said == (
        f"conv_1_2, neuron 3, one of 10 counted from 0, 60 by 60, from {signed(min(own))} to {signed(max(own))}"
    )
    assert "espresso, output, class 6, one of 10 counted from 0, probability" in (
        page.locator('[data-class="6"]').get_attribute("aria-label") or ""
    )


def signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212")


def go_with_picture(visited: Visited, model: str, file: Path) -> Page:
    """Open a model that has no gallery, with a picture of one's own."""
    visited.expect("preloaded using link preload")  # the preloads are those of the default model
    page = visited.page
    page.goto(f"{visited.base}/?model={model}")
    page.set_input_files(INPUT, str(file))
    page.wait_for_selector("html[data-run]", state="attached")
    page.wait_for_selector("[data-panel=crop] loupe-crop canvas")  # it moves the map, and takes the focus
    return page


def painted(page: Page, layer: str) -> list[dict[str, Any]]:
    """For each shown unit of a layer the pixel that is painted for its first value, and the unit."""
    found = page.evaluate(
        """(layer) => {
          const map = document.querySelector("loupe-network");
          const placed = map.layout.columns.find(({ column }) => column.name === layer);
          const [, rows, columns] = placed.column.shape;
          const canvas = map.querySelector(".network-maps");
          const context = canvas.getContext("2d");
          const ratio = canvas.width / map.layout.width;
          return placed.boxes.map(({ unit, x, y, width, height }) => ({
            unit, pixel: [...context.getImageData(Math.round(ratio * (x + width / columns / 2)),
                Math.round(ratio * (y + height / rows / 2)), 1, 1).data],
          }));
        }""",
        layer,
    )
    return list(found)


def painted_anew(page: Page) -> None:
    """Wait for the frame after the next: what has changed is drawn in the next one."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")


def legend_limit(page: Page, layer: str) -> float:
    text = page.locator(f'.network-legend[data-layers~="{layer}"]').get_attribute("data-value")
    assert text is not None
    return float(text)


def expected_pixel(page: Page, share: float) -> list[int]:
    """The colour of a share of the range, from the scale that the page publishes as a module."""
    css = page.evaluate(
        """async (share) => {
          const base = document.querySelector('script[type=module][src]').src.replace(/main\\.js.*$/, "");
          const { ACTIVATIONS } = await import(`${base}draw/colour.js`);
          return ACTIVATIONS.css(share);
        }""",
        share,
    )
    return [int(part) for part in re.findall(r"\d+", css)]


def check_paint(page: Page, base: str, sample: str, layer: str = "max_pool_2") -> None:
    """Every painted value has the colour that the legend gives it."""
    run = answer(base, f"{API}/samples/{sample}/run")
    tensor = next(one["tensor"] for one in run["layers"] if one["name"] == layer)
    data = values(tensor)
    size = len(data) // tensor["shape"][0]
    limit = legend_limit(page, layer)
    for one in painted(page, layer):
        value = data[one["unit"] * size]
        entry = max(-127, min(127, round(value * 127 / limit))) / 127
        assert one["pixel"][:3] == pytest.approx(expected_pixel(page, entry), abs=3), f"{layer}[{one['unit']}, 0, 0]"


def test_legend_range_and_paint_agree_after_every_sequence_of_changes(visit: Visit) -> None:
    visited = visit()
    visited.expect("willReadFrequently")  # the test reads the canvases, the page does not
    page = visited.go()
    check_paint(page, visited.base, "espresso")
    limits = {}
    for scale in ("module", "network", "layer"):
        page.check(f"input[name=scale][value={scale}]")
        painted_anew(page)
        check_paint(page, visited.base, "espresso")
        limits[scale] = legend_limit(page, "max_pool_2")
    choose(page, "ladybug")
    check_paint(page, visited.base, "ladybug")
    assert legend_limit(page, "max_pool_2") != limits["layer"], "another picture, another range"

    page.click("[data-action=lock-scale]")
    kept = legend_limit(page, "max_pool_2")
    choose(page, "espresso")
    assert legend_limit(page, "max_pool_2") == kept, "a locked range stays"
    check_paint(page, visited.base, "espresso")
    page.check("input[name=scale][value=network]")
    painted_anew(page)
    check_paint(page, visited.base, "espresso")
    page.click("[data-action=lock-scale]")
    painted_anew(page)
    check_paint(page, visited.base, "espresso")
    assert legend_limit(page, "max_pool_2") == pytest.approx(limits["network"])


def ink(page: Page) -> int:
    """How many pixels of the highlight are painted."""
    return int(
        page.evaluate(
            """() => {
              const canvas = document.querySelector(".network-highlight");
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let i = 3; i < data.length; i += 4) if (data[i]) count++;
              return count;
            }"""
        )
    )


def test_hovering_a_neuron_shows_its_kernels_and_its_arithmetic_and_repaints_no_map(visit: Visit) -> None:
    visited = visit()
    visited.expect("willReadFrequently")  # the test reads the canvases, the page does not
    visited.page.add_init_script(
        "window.copies = 0; const own = CanvasRenderingContext2D.prototype.drawImage;"
        "CanvasRenderingContext2D.prototype.drawImage = function (...all) {"
        "if (this.canvas.closest?.('loupe-network')) window.copies++; return own.apply(this, all); };"
    )
    page = visited.go()
    eventually(lambda: page.locator("loupe-inspector h2").count() == 1, "the inspector")
    assert ink(page) == 0, "the network is quiet until it is touched"
    copies = page.evaluate("window.copies")
    page.hover(unit("conv_1_2", 3))
    eventually(lambda: ink(page) > 3000, "the highlight with ten kernels")
    assert page.evaluate("window.copies") == copies, "a hover paints neither maps nor edges anew"
    text = page.locator("loupe-inspector").inner_text()
    assert "conv_1_2[3]" in text
    assert "10·9 + 1 = 91" in text
    assert "⌊(62 − 3 + 2·0) / 1⌋ + 1 = 60" in text
    assert "5×5 px" in text
    page.mouse.move(5, 5)
    eventually(lambda: ink(page) < 3000, "the highlight to go")
    assert "conv_1_2[3]" in page.locator("loupe-inspector").inner_text(), "the inspector remembers what was looked at"


def test_pointing_into_the_large_map_reads_the_value_and_marks_its_receptive_field(visit: Visit) -> None:
    visited = visit()
    visited.expect("willReadFrequently")  # the test reads the canvases, the page does not
    page = visited.go()
    run = answer(visited.base, f"{API}/samples/espresso/run")
    tensor = next(one["tensor"] for one in run["layers"] if one["name"] == "conv_2_2")
    eventually(lambda: page.locator("loupe-inspector h2").count() == 1, "the inspector")
    page.hover(unit("conv_2_2", 3))
    box = page.locator(".inspector-map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + (8 + 0.5) / 26 * box["width"], box["y"] + (9 + 0.5) / 26 * box["height"])
    eventually(lambda: page.locator(".inspector-where").inner_text().startswith("conv_2_2[3, 9, 8]"), "the readout")
    shown = page.locator(".inspector-value").get_attribute("data-value")
    value = values(tensor)[3 * 676 + 9 * 26 + 8]
    assert struct.pack("<f", float(shown or "nan")) == struct.pack("<f", value), "every digit that float32 holds"
    assert "picture rows 18–31, columns 16–29" in page.locator(".inspector-reads").inner_text()
    marked = page.evaluate(
        """() => {
          const map = document.querySelector("loupe-network");
          const box = map.layout.columns[0].boxes[0];
          const canvas = map.querySelector(".network-highlight");
          const ratio = canvas.width / map.layout.width;
          const { data } = canvas.getContext("2d").getImageData(box.x * ratio, box.y * ratio, box.width * ratio,
              box.height * ratio);
          return data.some((byte, index) => index % 4 === 3 && byte > 0);
        }"""
    )
    assert marked, "the field is marked on the picture"


def test_hovering_a_class_says_what_every_map_adds_and_it_sums_to_the_logit(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    run = answer(visited.base, f"{API}/samples/espresso/run")
    page.hover('[data-class="6"]')
    eventually(lambda: page.locator(".inspector-share-value").count() == 11, "ten maps and the bias")
    shares = [float(one.get_attribute("data-value") or "nan") for one in page.locator(".inspector-share-value").all()]
    assert sum(shares) == pytest.approx(run["scores"][6]["logit"], abs=1e-3)


def test_classes_can_be_sorted_by_score_and_back(visit: Visit) -> None:
    page = visit().go()
    order = (
        "() => [...document.querySelectorAll('[data-class]')].sort((a, b) => a.getBoundingClientRect().top - "
        "b.getBoundingClientRect().top).map((one) => Number(one.dataset.class))"
    )
    assert page.evaluate(order) == list(range(10))
    page.click("[data-action=sort-classes]")
    eventually(lambda: page.evaluate(order)[0] == 6, "espresso on top")
    by_score = [
        float(page.locator(f'[data-class="{index}"]').get_attribute("data-value") or 0)
        for index in page.evaluate(order)
    ]
    assert by_score == sorted(by_score, reverse=True)
    page.click("[data-action=sort-classes]")
    eventually(lambda: page.evaluate(order) == list(range(10)), "class order")


def test_arrows_move_enter_opens_and_escape_closes(visit: Visit) -> None:
    page = visit().go()
    page.focus(unit("input", 0))

    def here() -> str:
        return str(
            page.evaluate("() => `${document.activeElement.dataset.layer}[${document.activeElement.dataset.unit}]`")
        )

    for key, place in (
        ("ArrowDown", "input[1]"), ("ArrowRight", "conv_1_1[4]"), ("End", "conv_1_1[9]"), ("ArrowDown", "conv_1_1[9]"),
        ("ArrowRight", "relu_1_1[9]"), ("Home", "relu_1_1[0]"), ("Control+End", "output[0]"),
        ("Control+Home", "input[0]"),
        ("ArrowRight", "conv_1_1[1]"),
    ):  # fmt: skip
        page.keyboard.press(key)
        if key == "ArrowRight" and here().startswith("conv_1_1"):
            continue  # the unit nearest in height: its index follows from the layout
        assert here() == place, key
    page.focus(unit("conv_1_2", 3))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert page.locator('[data-unit][tabindex="0"]').count() == 1
    expect(page.locator("loupe-inspector")).to_contain_text("conv_1_2[3]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-view=neuron]")
    page.keyboard.press("Escape")
    eventually(lambda: page.locator("[data-view=neuron]").count() == 0, "the map")
    assert here() == "conv_1_2[3]", "the focus comes back to where it was"


def test_a_layers_label_is_reached_by_keys_and_leads_to_its_chapter(visit: Visit) -> None:
    page = visit().go()
    page.focus(unit("conv_1_2", 0))
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.chapter") == "convolution"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "relu_1_2"


def test_keys_and_clicks_that_come_before_their_listeners_are_answered_then(visit: Visit) -> None:
    visited = visit()
    page = visited.page
    held: list[Route] = []
    page.route("**/pointing.js*", lambda route: held.append(route))
    page.goto(visited.base)
    page.wait_for_selector("html[data-network=ready]", state="attached")
    page.focus(unit("conv_1_2", 0))
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.layer") == "conv_1_2", "nobody listens yet"
    eventually(lambda: held, "the listeners' module is asked for")
    held[0].continue_()
    eventually(lambda: page.evaluate("document.activeElement.dataset.chapter") == "convolution", "the label")


def test_on_touch_the_first_tap_looks_and_the_second_opens(visit: Visit) -> None:
    page = visit(width=390, height=844, has_touch=True, is_mobile=True).go()
    eventually(lambda: page.locator("loupe-inspector h2").count() == 1, "the inspector")
    page.tap(unit("conv_1_1", 2))
    eventually(lambda: "conv_1_1[2]" in page.locator("loupe-inspector").inner_text(), "the sheet")
    assert "view=" not in page.url
    page.tap(unit("conv_1_1", 2))
    page.wait_for_selector("[data-view=neuron]")


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_map_fits_and_no_names_collide_and_only_its_own_frame_scrolls(visit: Visit, width: int) -> None:
    page = visit(width=width, height=900).go()
    found = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll(".network-name, .network-shape")].map((one) => { const { left,
              right, top, bottom } = one.getBoundingClientRect();
                  return { left, right, top, bottom, of: one.closest(".network-label") }; });
          const collisions = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.of !== b.of &&
              a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5));
          const scroller = document.querySelector(".network-scroll");
          return { collisions: collisions.length, page: document.documentElement.scrollWidth - innerWidth,
              map: scroller.scrollWidth - scroller.clientWidth,
                  units: document.querySelectorAll("loupe-network [data-unit]").length };
        }"""
    )
    assert found["collisions"] == 0
    assert found["page"] <= 0
    assert (found["map"] > 0) == (width == 390)
    assert found["units"] == 113


def left_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"]


def test_the_map_reacts_to_a_change_of_its_size(visit: Visit) -> None:
    page = visit(width=1440).go()
    before = left_of(page, unit("max_pool_2", 0))
    page.set_viewport_size({"width": 1100, "height": 900})
    eventually(lambda: left_of(page, unit("max_pool_2", 0)) < before - 100, "the new layout")


def test_input_channels_are_tinted_and_can_be_grey(visit: Visit) -> None:
    visited = visit()
    visited.expect("willReadFrequently")  # the test reads the canvases, the page does not
    page = visited.go()
    red = painted(page, "input")[0]["pixel"]
    assert red[0] > red[1] == red[2], "the red channel is red"
    page.click("[data-action=tint]")
    eventually(lambda: len(set(painted(page, "input")[0]["pixel"][:3])) == 1, "the red channel in grey")
    expect(page.locator("[data-action=tint]")).to_have_text("in colour")


def test_without_details_names_and_maps_remain(visit: Visit) -> None:
    page = visit().go("/?details=0")
    assert page.locator(".network-shape").count() == 0
    assert not page.locator(".network-legends").is_visible()
    assert page.locator(".network-name").count() == 12
    assert page.locator("[data-unit]").count() == 113


def test_the_values_of_a_map_are_there_as_a_table(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    run = answer(visited.base, f"{API}/samples/espresso/run")
    tensor = next(one["tensor"] for one in run["layers"] if one["name"] == "max_pool_2")
    page.focus(unit("max_pool_2", 2))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.click("[data-action=value-table]")
    cells = page.locator(".value-table td[data-value]")
    expect(cells).to_have_count(169)
    shown = [float(cell.get_attribute("data-value") or "nan") for cell in cells.all()[:20]]
    assert shown == pytest.approx(values(tensor)[2 * 169 : 2 * 169 + 20], rel=1e-7)
    page.keyboard.press("Escape")
    expect(page.locator(".value-table")).to_have_count(0)


def test_the_headline_says_the_answer_and_opens_it(visit: Visit) -> None:
    visited = visit()
    page = visited.go()
    run = answer(visited.base, f"{API}/samples/espresso/run")
    best = max(run["scores"], key=lambda score: score["probability"])
    text = page.locator("loupe-answer").inner_text()
    assert "espresso" in text
    assert f"{100 * best['probability']:.1f}%" in text
    choose(page, "ladybug")
    assert "ladybug" in page.locator("loupe-answer").inner_text()
    page.click(".answer-best")
    page.wait_for_selector("[data-view=output]")


def test_a_link_to_a_neuron_shows_it_in_the_inspector(visit: Visit) -> None:
    page = visit().go("/?at=relu_2_1[4]")
    eventually(lambda: "relu_2_1[4]" in page.locator("loupe-inspector").inner_text(), "the inspector")


def test_a_layer_of_64_maps_scrolls_through_a_window_by_wheel_button_and_keys(visit: Visit, picture: Picture) -> None:
    page = go_with_picture(visit(), "wide", picture("mine.png"))
    first = (
        "() => Math.min(...[...document.querySelectorAll('.network-unit[data-layer=many]')].map((one) => "
        "Number(one.dataset.unit)))"
    )
    assert page.evaluate(first) == 0
    page.hover(unit("many", 2))
    page.mouse.wheel(0, 100)
    eventually(lambda: page.evaluate(first) == 1, "one further")
    page.click("[data-of=many][data-more=after]")
    eventually(lambda: page.evaluate(first) > 4, "a page further")
    page.focus(unit("many", page.evaluate(first)))
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.unit") == "63"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.unit") == "0"
    assert page.locator("[data-class]").count() < 200


@pytest.mark.parametrize("model", ["minimal", "deep"])
def test_odd_models_give_a_usable_map(visit: Visit, picture: Picture, model: str) -> None:
    visited = visit()
    page = go_with_picture(visited, model, picture("mine.png"))
    description = answer(visited.base, f"/api/v1/models/{model}")
    shown = {
        str(one)
        for one in page.evaluate(
            "() => [...document.querySelectorAll('[data-column]')].map((one) => one.dataset.column)"
        )
    }
    maps = {layer["name"] for layer in description["layers"] if len(layer["output_shape"]) == 3}
    assert maps <= shown
    page.keyboard.press("Escape")  # the crop editor stands in the inspector's place
    assert page.locator("[data-class]").count() == len(description["classes"])
    for layer in sorted(maps):
        page.locator(unit(layer, 0)).hover()
        page.locator("loupe-inspector h2", has_text=f"{layer}[0]").wait_for()
