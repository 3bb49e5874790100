"""Opened views: what they show is what the engine computed, whatever the model; how one moves in them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.dom import minidom

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from safetensors.numpy import load_file

from tests.e2e.conftest import Visit, eventually, violations
from tests.e2e.opened import SETTLED, Truth, copied_script, explained, invent, open_view, printed, show

pytestmark = pytest.mark.browser

# One unit of each view.
TINY = [
    "neuron:conv_1_1[2]", "microscope:conv_1_2[3,30,24]!3", "activation:relu_2_1[4]", "pooling:max_pool_2[1]",
    "flatten:flatten[700]", "output:output[6]", "softmax:softmax[6]", "pixels:input[1,20,30]",
]  # fmt: skip


def test_a_kind_that_the_page_does_not_know_shows_its_maps_and_values_and_claims_nothing(
    visit: Visit, tmp_path: Path
) -> None:
    visited = visit()
    visited.page.route("**/?*model=deep*", invent({"norm1": "whitening", "leaky2": "gating"}))
    page = open_view(visited, "values:norm1[2,3,4]", "deep")
    truth = Truth.of(visited.base, "deep")
    place, value = explained(page)
    assert np.float32(value) == truth.tensors["norm1"][2, 3, 4]
    shown = page.locator(".stage-values .grid-cell").evaluate_all("(all) => all.map((one) => one.dataset.value)")
    np.testing.assert_array_equal(np.float32(shown), truth.tensors["norm1"][2, 0:7, 1:8].ravel())
    words = page.locator("loupe-view").inner_text()
    assert "whitening" in words
    assert "cannot take a layer of kind “whitening” apart" in words
    # Nobody here can say what it sees: no window is marked, and no sentence says otherwise.
    expect(page.locator("[data-seen]")).to_have_count(0)
    expect(page.locator("[data-part=receptive-field]")).to_be_hidden()
    expect(page.locator(".operands .operand")).to_have_count(0)
    box = page.locator(".stage-values .heat").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"])
    eventually(lambda: explained(page)[0] != place, "another position")
    assert np.float32(explained(page)[1]) == truth.value(explained(page)[0])

    # Layers around it go on explaining themselves, as far as it.
    show(page, "activation:relu1[2,3,4]")
    page.locator(".operands .operand").click()
    page.wait_for_selector(SETTLED.format("values"))
    assert explained(page)[0] == "norm1[2,3,4]"
    show(page, "neuron:c3[2,3,4]")
    page.locator("[data-part=forward] summary").click()
    expect(page.locator("[data-part=forward] .note")).to_contain_text("whitening")
    show(page, "values:leaky2[5]")
    assert np.float32(explained(page)[1]) == truth.tensors["leaky2"][5]
    assert "gating" in page.locator("loupe-view").inner_text()
    page.keyboard.press("Escape")
    page.locator('[data-layer="norm1"][data-unit="1"]').click()
    page.wait_for_selector(SETTLED.format("values"))
    assert printed(copied_script(page), tmp_path) == pytest.approx(explained(page)[1], rel=1e-6)


def test_per_input_results_and_the_bias_add_up_to_the_shown_value(visit: Visit) -> None:
    page = open_view(visit(), "microscope:conv_2_1[4,10,12]!0")

    def numbers(selector: str) -> list[float]:
        return [float(str(one.get_attribute("data-value"))) for one in page.locator(selector).all()]

    parts, (bias, total) = numbers(".addends .value"), numbers(".addends-total .value")
    assert len(parts) == 10
    allowed = float(str(page.locator("[data-allowed]").get_attribute("data-allowed")))
    assert f"{allowed:.1e}".replace("e-0", "e-") in page.locator(".exactness").inner_text()
    assert abs(sum(parts) + bias - total) <= allowed
    products = numbers("[data-view=microscope] .signed-figure:has(.grid-numbers) + .signed-figure .grid-cell")
    assert len(products) == 9
    assert abs(sum(products) - parts[0]) < 1e-6
    assert "rounded" in page.locator(".exactness").inner_text()


def test_the_maps_of_what_spoke_for_and_against_add_up_with_the_bias_to_the_logit(visit: Visit) -> None:
    page = open_view(visit(), "output:output[6]")

    def numbers(selector: str) -> list[float]:
        return [float(str(one.get_attribute("data-value"))) for one in page.locator(selector).all()]

    totals = numbers(".output-row .value.partial")
    positive, negative, bias, logit = numbers(".sum-line:not(.after) .value")
    assert len(totals) == 10
    # Each is summed in double precision and said with the digits that float32 holds.
    assert abs(sum(totals) - (positive + negative)) < 1e-5
    assert abs(positive + negative + bias - logit) < 1e-4
    page.click("[data-action=open-softmax]")
    page.wait_for_selector(SETTLED.format("softmax"))
    term = page.locator(".denominator .term").nth(2)
    term.hover()
    expect(page.locator("tr[data-term='2']")).to_have_class(re.compile("is-pointed"))
    page.locator("tr[data-term='5']").hover()
    expect(page.locator(".denominator .term[data-term='5']")).to_have_class(re.compile("is-pointed"))


def test_a_click_on_the_map_opens_the_neuron_and_escape_climbs_back_level_by_level(visit: Visit) -> None:
    page = visit().go()
    page.click('[data-layer="conv_1_2"][data-unit="3"]')
    page.wait_for_selector(SETTLED.format("neuron"))
    assert len(page.evaluate("performance.getEntriesByName('view-drawn')")) >= 1
    page.click('[data-view=neuron] [data-row="2"] .kernel')
    page.wait_for_selector(SETTLED.format("microscope"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-view=microscope]")).to_have_count(0)
    expect(page.locator("[data-view=neuron]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.unit") == "3", "the focus is back where it was"


def test_back_and_forward_walk_through_views_and_reload_stays(visit: Visit) -> None:
    page = visit().go()
    page.click('[data-layer="relu_1_1"][data-unit="1"]')
    page.wait_for_selector(SETTLED.format("activation"))
    page.locator(".view-picker select").select_option("max_pool_1")
    page.wait_for_selector(SETTLED.format("pooling"))
    page.locator("[data-view=pooling] .heat").last.focus()
    page.keyboard.press("ArrowDown")
    eventually(lambda: re.search(r"max_pool_1(%5B|\[)1,\d+,\d+", page.url), "the position in the address")
    at = explained(page)
    page.reload()
    page.wait_for_selector(SETTLED.format("pooling"))
    assert explained(page) == at
    page.go_back()
    page.wait_for_selector(SETTLED.format("activation"))
    page.go_back()
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)
    page.go_forward()
    page.wait_for_selector(SETTLED.format("activation"))


def test_playback_plays_pauses_steps_changes_speed_and_skips_to_the_end(visit: Visit) -> None:
    page = open_view(visit(), "neuron:conv_2_2[0,0,0]")
    place = lambda: explained(page)[0]  # noqa: E731
    page.click("[data-action=playback-step]")
    page.click("[data-action=playback-step]")
    eventually(lambda: place() == "conv_2_2[0,0,2]", "two steps")
    page.click("[data-action=playback-back]")
    eventually(lambda: place() == "conv_2_2[0,0,1]", "one back")
    page.locator(".neuron-row .flown").first.wait_for(state="attached")  # products on their way to the sum
    pace = page.locator("[data-action=playback-pace]")
    assert pace.evaluate("(one) => one.selectedOptions[0].text") == "row by row"
    page.click("[data-action=playback-play]")
    eventually(lambda: re.fullmatch(r"conv_2_2\[0,[1-9]\d*,1\]", place()), "row after row")
    page.click("[data-action=playback-end]")
    pace.select_option("fast")
    page.click("[data-action=playback-play]")
    expect(page.locator(".explanation-waits")).to_be_visible()  # one place speaks
    expect(page.locator(".formula-box")).to_be_hidden()
    eventually(lambda: not re.fullmatch(r"conv_2_2\[0,\d+,1\]", place()), "place after place")
    page.click("[data-action=playback-play]")
    page.wait_for_timeout(200)
    stopped = place()
    page.wait_for_timeout(200)
    assert place() == stopped
    page.click("[data-action=playback-end]")
    eventually(lambda: place() == "conv_2_2[0,25,25]", "the end")


def test_results_fill_in_while_the_kernels_slide(visit: Visit) -> None:
    visited = visit()
    page = open_view(visited, "neuron:conv_2_2[0,0,0]")
    visited.expect("was preloaded using link preload", "willReadFrequently")  # the test reads canvases back
    painted = """() => {
        const canvas = document.querySelector('[data-view=neuron] [data-row="0"] .heat:last-of-type canvas');
        const output = document.querySelector('[data-view=neuron] .heat.output canvas');
        return [canvas, output].map((one) => one.getContext('2d').getImageData(0, 0, one.width,
            one.height).data.filter((_, i) => i % 4 === 3 && _ > 0).length); }"""
    assert page.evaluate(painted)[1] == 26 * 26
    page.click("[data-action=playback-step]")
    assert page.evaluate(painted)[1] == 2
    page.click("[data-action=playback-end]")
    assert page.evaluate(painted)[1] == 26 * 26


def test_hovering_an_input_moves_the_window_on_every_map_and_back_without_a_rebuild(visit: Visit) -> None:
    page = open_view(visit(), "neuron:conv_1_2[3,0,0]")
    page.evaluate(
        "window.rows = [...document.querySelectorAll('.neuron-row *')].length; window.first = "
        "document.querySelector('.neuron-row .value')"
    )
    before = page.locator(".neuron-row .value.partial").first.get_attribute("data-value")
    box = page.locator(".heat.output").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    eventually(
        lambda: page.locator(".neuron-row .value.partial").first.get_attribute("data-value") != before, "new numbers"
    )
    assert page.evaluate(
        "window.first === document.querySelector('.neuron-row .value') && window.rows === "
        "document.querySelectorAll('.neuron-row *').length"
    )


def test_while_a_view_is_open_another_neuron_picture_and_scale_may_be_chosen(visit: Visit) -> None:
    visited = visit()
    page = open_view(visited, "neuron:conv_1_2[3,30,24]")
    page.click("[data-picker=next]")
    eventually(lambda: explained(page)[0].startswith("conv_1_2[4,"), "the next neuron")
    page.click('[data-sample="ladybug"]')
    truth = Truth.of(visited.base, sample="ladybug")
    eventually(
        lambda: np.float32(explained(page)[1]) == np.float32(truth.value(explained(page)[0])), "the ladybug's value"
    )
    legend = page.locator(".view-legend").first.inner_text()
    page.locator(".segments input[value=network]").check(force=True)
    eventually(lambda: page.locator(".view-legend").first.inner_text() != legend, "the legend of the new scale")


def test_64_inputs_scroll_and_the_sum_stays_in_view(visit: Visit) -> None:
    page = open_view(visit(height=800), "output:scores[120]", "wide")
    rows = page.locator(".output-rows")
    assert rows.evaluate("(box) => box.scrollHeight > 2 * box.clientHeight")
    rows.evaluate("(box) => { box.scrollTop = box.scrollHeight; }")
    expect(page.locator('[data-row="63"]')).to_be_in_viewport()
    expect(page.locator(".sum-line.total")).to_be_in_viewport()


def test_an_address_of_another_models_place_leaves_the_network_to_be_seen(visit: Visit) -> None:
    for view in ("neuron:conv_9_9[0]", "neuron:conv_1_2[99]", "nonsense"):
        page = visit().go(f"/?view={view}")
        expect(page.locator("loupe-view [data-view]")).to_have_count(0)
        expect(page.locator('[data-layer="conv_1_2"][data-unit="3"]')).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh-Hans", "dark")])
def test_views_are_accessible(visit: Visit, axe: str, language: str, scheme: str) -> None:
    visited = visit(color_scheme=scheme, reduced_motion="reduce")
    page = open_view(visited, f"{TINY[0]}&lang={language}")
    for view in TINY:
        show(page, view)
        assert violations(page, axe, "loupe-view") == [], view
        assert not re.search(r"\bviews\.[a-z]|\{\w+\}|undefined|NaN", page.locator("loupe-view").inner_text())
        smallest = page.evaluate(
            "() => Math.min(...[...document.querySelectorAll('loupe-view *')].filter((one) => one.checkVisibility() && "
            "[...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && "
            "!one.closest('math')).map((one) => parseFloat(getComputedStyle(one).fontSize)))"
        )
        assert smallest >= 12, view


def test_on_a_phone_a_view_is_a_sheet_that_never_scrolls_sideways(visit: Visit) -> None:
    page = open_view(visit(width=390, height=844, has_touch=True), TINY[0])
    for view in TINY:
        show(page, view)
        assert page.evaluate("document.querySelector('loupe-view').scrollWidth") <= 390, view
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
        small = page.evaluate(
            """() => [...document.querySelectorAll('loupe-view button, loupe-view select, loupe-view summary')]
                     .filter((one) => one.checkVisibility()).map((one) => [one.className, one.getBoundingClientRect()])
                     .filter(([, box]) => box.width < 24 ||
                         box.height < 24).map(([name, box]) => `${name} ${box.width}×${box.height}`)"""
        )
        assert small == [], view
    page.locator(".view-out").tap()
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)


def test_a_tap_chooses_a_position_on_a_phone(visit: Visit) -> None:
    page = open_view(visit(width=390, height=844, has_touch=True), "pooling:max_pool_1[3,2,2]")
    before = explained(page)
    page.locator("[data-view=pooling] .heat").first.tap(position={"x": 100, "y": 90})
    eventually(lambda: explained(page) != before, "another value")


def test_arrow_keys_move_the_window_on_either_map(visit: Visit) -> None:
    page = open_view(visit(), "microscope:conv_1_2[3,30,24]!3")
    page.locator(".microscope .heat").first.focus()
    page.keyboard.press("ArrowRight")
    eventually(lambda: explained(page)[0] == "conv_1_2[3,30,25]", "one to the right")
    page.locator(".microscope .heat").last.focus()
    page.keyboard.press("ArrowUp")
    eventually(lambda: explained(page)[0] == "conv_1_2[3,29,25]", "one up")
    assert page.locator(".microscope figcaption.mono").first.inner_text() == "rows 29–31, columns 25–27"


def test_a_view_is_exported_as_png_and_svg_and_a_run_as_tensors(visit: Visit, tmp_path: Path) -> None:
    visited = visit()
    page = open_view(visited, "output:output[6]")
    page.click("[data-action=export-view]")
    files = {}
    for kind in ("png", "svg", "npz", "safetensors"):
        with page.expect_download() as download:
            page.click(f"[data-action=export-{kind}]")
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    svg = minidom.parse(str(files["svg"]))
    texts = " ".join(one.firstChild.data for one in svg.getElementsByTagName("text") if one.firstChild)
    assert "espresso" in texts
    assert "max_pool_2" in texts
    assert len(svg.getElementsByTagName("image")) >= 40
    truth = Truth.of(visited.base)
    with np.load(files["npz"]) as archive:
        assert set(archive) == set(truth.tensors)
        for name, tensor in truth.tensors.items():
            np.testing.assert_array_equal(archive[name], tensor)
    for name, tensor in load_file(files["safetensors"]).items():
        np.testing.assert_array_equal(tensor, truth.tensors[name])


CELLS = """() => { const frame = document.querySelector('.view-frame').getBoundingClientRect();
    return [...document.querySelectorAll('loupe-view .view-stage .grid-cell:not(.padding), loupe-view .vector-cell i, '
        + 'loupe-view .microscope .grid-cell:not(.padding), loupe-view .score-dot')].flatMap((one) => {
        const [box, hidden] = [one.getBoundingClientRect(),
            one.closest('.view-stage, .view-side').getBoundingClientRect()];
        return box.bottom < hidden.bottom && box.top > hidden.top ? [[box.left - frame.left, box.top - frame.top,
            box.width, box.height, getComputedStyle(one).backgroundColor]] : []; }); }"""


def test_an_exported_view_has_the_numbers_and_colours_of_the_page(visit: Visit, tmp_path: Path) -> None:
    page = open_view(visit(), "activation:leaky2[5]", "deep")
    for view in [
        "activation:leaky2[5]",
        "microscope:c4[7,16,7]!4",
        "pooling:avg1[3,0,14]",
        "output:hidden[11]",
        "softmax:probabilities[0]",
        "pixels:input[1,20,30]",
        "flatten:flat[3]",
    ]:
        show(page, view)
        page.click("[data-action=export-view]")
        files = {}
        for kind in ("svg", "png"):
            with page.expect_download() as download:
                page.click(f"[data-action=export-{kind}]")
            files[kind] = tmp_path / download.value.suggested_filename
            download.value.save_as(files[kind])
        page.keyboard.press("Escape")
        svg = minidom.parse(str(files["svg"]))
        drawn = [
            [float(one.getAttribute(key)) for key in ("x", "y", "width", "height")] + [one.getAttribute("fill")]
            for one in svg.getElementsByTagName("rect")
            if one.hasAttribute("x")
        ]
        cells = page.evaluate(CELLS)
        for *box, colour in cells:
            assert any(
                fill == colour and max(abs(a - b) for a, b in zip(box, where, strict=True)) < 0.6
                for *where, fill in drawn
            ), (view, box, colour)
        assert cells or view.startswith(("output", "flatten"))
        texts = " ".join(one.firstChild.data for one in svg.getElementsByTagName("text") if one.firstChild)
        for shown in page.locator("[data-explained], .view-stage .value.result").all_inner_texts():
            assert shown.strip() in texts, view
        with Image.open(files["png"]) as picture:
            scale = picture.width / float(svg.documentElement.getAttribute("width"))
            assert scale >= 1
            for left, top, width, height, colour in cells:
                # A corner, where no figure stands; of small dots the middle.
                point = (left + min(3, width / 2), top + 4) if width > 20 else (left + width / 2, top + height / 2)
                found = picture.convert("RGB").getpixel((int(point[0] * scale), int(point[1] * scale)))
                wanted = [int(part) for part in re.findall(r"\d+", colour)[:3]]
                assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 3, (
                    view,
                    left,
                    top,
                    found,
                    wanted,
                )


WATCH = """() => {
    window.flown = [];
    new MutationObserver((all) => all.forEach(({ addedNodes }) => addedNodes.forEach((one) => {
    if (one.classList?.contains('flights')) window.flown.push([...one.children].map((map) =>
        map.getAnimations()[0].effect.getTiming().duration)); })))
    .observe(document.body, { childList: true }); }"""


def test_maps_fly_from_the_network_into_a_view_and_back_within_400_ms(visit: Visit) -> None:
    page = visit().go()
    page.evaluate(WATCH)
    page.click('[data-layer="conv_1_2"][data-unit="3"]')
    page.wait_for_selector(SETTLED.format("neuron"))
    opened = page.evaluate("window.flown")
    assert len(opened) == 1
    assert len(opened[0]) >= 11, "ten inputs and the neuron's own map"
    page.keyboard.press("Escape")
    eventually(lambda: len(page.evaluate("window.flown")) == 2, "the map on its way back")
    assert len(page.evaluate("window.flown")[1]) == 1
    assert {time for flight in page.evaluate("window.flown") for time in flight} <= set(range(200, 401))
    expect(page.locator(".flights")).to_have_count(0)


def test_reduced_motion_opens_and_closes_views_at_once(visit: Visit) -> None:
    page = visit(reduced_motion="reduce").go()
    page.evaluate(WATCH)
    page.click('[data-layer="relu_1_1"][data-unit="1"]')
    page.wait_for_selector(SETTLED.format("activation"))
    assert page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0
    page.keyboard.press("Escape")
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)
    assert page.evaluate("window.flown") == []
