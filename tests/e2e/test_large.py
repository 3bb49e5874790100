"""Networks of the size that people bring: an overview, blocks that open, values in pieces, trails through branches."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect
from safetensors.numpy import load

from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit
from tests.e2e.opened import copied_script, printed
from tests.large_models import LARGE, write_large_models

Open = Callable[[str], tuple[Page, list[str]]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(models=write_large_models(tmp_path_factory.mktemp("large"))) as found:
        yield found


@pytest.fixture
def opened(visit: Visit, large: RunningServer) -> Open:
    """Opens an address of the server with large models; also gives the addresses of runs that are asked for."""
    visited = visit(base=large.url)
    visited.expect("was preloaded using link preload")

    def go(address: str) -> tuple[Page, list[str]]:
        asked: list[str] = []
        visited.page.on(
            "request",
            lambda request: (
                asked.append(request.url) if request.url.endswith("/runs") or "/runs?" in request.url else None
            ),
        )
        visited.page.goto(large.url + address)
        visited.page.wait_for_selector(READY, state="attached")
        return visited.page, asked

    return go


def column_names(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-column]").evaluate_all("rows => rows.map((row) => row.dataset.column)")
    return found


@pytest.mark.parametrize("model", list(LARGE))
def test_a_large_model_opens_as_an_overview_whose_blocks_open_and_close(opened: Open, model: str) -> None:
    page, _ = opened(f"/?model={model}")
    closed = column_names(page)
    assert len(closed) <= 24
    buttons = page.locator("[data-block][aria-expanded=false]")
    assert buttons.count() >= 8
    block = str(buttons.first.get_attribute("data-block"))
    buttons.first.click()
    page.wait_for_selector(f"[data-block='{block}'][aria-expanded=true]")
    assert len(column_names(page)) > len(closed)
    assert f"blocks={block}" in page.url
    page.wait_for_function("() => !document.querySelector('[data-column] [data-unit]:not([aria-label])')")
    page.focus(f"[data-block='{block}']")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-block='{block}'][aria-expanded=false]")
    assert column_names(page) == closed
    assert "blocks=" not in page.url


def test_of_a_large_run_only_what_is_shown_or_explained_is_asked_for(opened: Open) -> None:
    page, asked = opened("/?model=resnet-like")
    assert len(asked) == 1
    assert "detail=overview" in asked[0]
    page.click("[data-layer='layer4.1.relu2'][data-unit='2']")
    page.wait_for_selector("[data-view=activation][data-settled]")
    later = asked[1:]
    assert later
    assert all("layers=layer4.1" in url for url in later)
    assert page.evaluate("performance.memory.usedJSHeapSize") < 100e6


@pytest.mark.parametrize(
    ("model", "view", "layer", "at", "operands"),
    [
        (
            "resnet-like",
            "maps",
            "layer1.1.add",
            (2, 30, 20),
            ["layer1.0.relu2[2,30,20]", "layer1.1.conv2[2,30,20]"],
        ),
        ("inception-like", "copy", "inception3.output", (200, 14, 9), ["inception3.b3_1_relu[8,14,9]"]),
        ("mobilenet-like", "maps", "block2.add", (7, 30, 20), ["block1.project[7,30,20]", "block2.project[7,30,20]"]),
    ],
)
def test_a_joined_value_leads_through_its_branches_to_the_picture(
    opened: Open, tmp_path: Path, model: str, view: str, layer: str, at: tuple[int, int, int], operands: list[str]
) -> None:
    """Operands, receptive field, code and trail of a sum, of a copy among branches, of a sum around a bottleneck."""
    page, _ = opened(f"/?model={model}&view={view}:{layer}[{','.join(map(str, at))}]")
    page.wait_for_selector("[data-explained]")
    terms = page.locator(".operands [data-place]")
    assert sorted(terms.evaluate_all("found => found.map((one) => one.dataset.place)")) == operands
    values = terms.evaluate_all("found => found.map((one) => Number(one.dataset.value))")
    shown = float(str(page.locator("[data-explained]").get_attribute("data-value")))
    assert sum(values) == pytest.approx(shown, rel=1e-6)
    # What it sees of the picture, by the engine's arithmetic.
    spec = LARGE[model]()
    field = spec.receptive_fields[layer]
    picture = page.locator(".network-sidebar .is-picture")
    for axis, reach, index in (("rows", field.rows, at[1]), ("columns", field.columns, at[2])):
        first = reach.start + index * reach.jump
        assert picture.get_attribute(f"data-{axis}") == f"{first},{first + reach.size - 1}"
    script = copied_script(page)
    asked = set(re.findall(r"runs\?layers=([\w.%-]+)", script)[0].split("%2C"))
    assert asked == set(spec.graph.by_name[layer].inputs)
    assert "/parameters" not in script
    assert printed(script, tmp_path) == pytest.approx(shown, rel=1e-6)
    page.click("[data-action=trail-to-pixel]")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.trail-step')].at(-1)?.dataset.place?.startsWith('input[')"
    )
    steps = page.locator(".trail-step").evaluate_all(
        "found => found.map((one) => [one.dataset.place, one.dataset.value])"
    )
    layers = [place.partition("[")[0] for place, _ in steps]
    for later, earlier in itertools.pairwise(layers):
        assert earlier in spec.graph.by_name[later].inputs
    assert all(value is not None for _, value in steps)
    assert page.evaluate("performance.memory.usedJSHeapSize") < 100e6


def test_of_an_opened_neurons_512_inputs_those_near_what_is_seen_exist(opened: Open) -> None:
    page, _ = opened("/?model=resnet-like&view=neuron:layer4.1.conv2[3,1,0]")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    rows = page.locator(".neuron-row")
    numbers = "(all) => all.map((row) => Number(row.dataset.row))"
    assert rows.count() < 40
    assert rows.first.get_attribute("aria-setsize") == "512"
    # With the keys one gets to every row, and finds the same numbers there as a list of all would hold.
    rows.first.locator(".kernel").focus()
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.closest('.neuron-row').getAttribute('aria-posinset')") == "512"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.closest('.neuron-row').dataset.row") == "510"
    shown = rows.evaluate_all(numbers)
    assert shown == list(range(shown[0], 512))
    assert len(shown) < 40
    page.wait_for_function("() => document.querySelector('[data-row=\"511\"] .partial').dataset.value")
    page.keyboard.press("Home")
    assert rows.evaluate_all(numbers)[0] == 0


def test_resting_on_a_unit_fetches_what_opening_it_needs_once_and_the_first_rows_are_exact(opened: Open) -> None:
    page, _ = opened("/?model=resnet-like&blocks=layer4.1.relu2")
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if "/runs?" in one.url or "/parameters?" in one.url else None)
    unit = page.locator("[data-layer='layer4.1.conv2'][data-unit='3']")
    unit.wait_for()
    page.wait_for_load_state("networkidle")
    asked.clear()
    unit.hover()
    for _ in range(100):
        page.wait_for_timeout(100)
        if len(asked) == 2:
            break
    layers = [parse_qs(urlsplit(one.url).query)["layers"][0] for one in asked]
    assert sorted(layers) == ["layer4.1.conv2", "layer4.1.conv2,layer4.1.relu1"]
    # Of 9 MB of learned numbers the unit's own: 512 kernels and a bias.
    numbers = next(one for one in asked if "/parameters?" in one.url)
    assert parse_qs(urlsplit(numbers.url).query)["units"] == ["3-3"]
    unit.click()
    page.wait_for_selector("[data-view=neuron][data-settled]")
    assert len(asked) == 2
    _, channels, row, column = _shown(page)
    assert channels[:3] == [0, 1, 2]
    # From the two answers: what each kernel makes of its map at the chosen place.
    tensors = {name: tensor for one in asked for name, tensor in _answer(one).items()}
    maps = np.pad(tensors["layer4.1.relu1/tensor"], ((0, 0), (1, 1), (1, 1)))
    (kernels,) = tensors["layer4.1.conv2/weight"]
    assert kernels.shape == (512, 3, 3)
    partials = (maps[:, row : row + 3, column : column + 3].astype(np.float64) * kernels).sum(axis=(1, 2))
    said, *_ = _shown(page)
    np.testing.assert_allclose(said, partials[channels], rtol=1e-6, atol=1e-9)


def _answer(request: Request) -> dict[str, np.ndarray]:
    """The tensors that the page was sent."""
    response = request.response()
    assert response is not None
    return load(response.body())


def _shown(page: Page) -> tuple[list[float], list[int], int, int]:
    """The partial sums of an opened neuron's rows, the maps that they are of, and the place where they are."""
    rows = page.locator(".neuron-row")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.neuron-row .partial')].every((one) => one.dataset.value)"
    )
    partials = rows.evaluate_all("(all) => all.map((row) => Number(row.querySelector('.partial').dataset.value))")
    channels = rows.evaluate_all("(all) => all.map((row) => Number(row.dataset.row))")
    place = str(page.locator("[data-view=neuron] .neuron-output [data-place]").last.get_attribute("data-place"))
    _, row, column = map(int, place.partition("[")[2].rstrip("]").split(","))
    return partials, channels, row, column


def test_a_depthwise_neuron_of_a_large_model_reads_one_map(opened: Open) -> None:
    page, _ = opened("/?model=mobilenet-like&view=neuron:block3.depthwise[7,3,4]")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    assert page.locator(".neuron-row").evaluate_all("(all) => all.map((row) => row.dataset.row)") == ["7"]
    operands = page.locator(".operands [data-place]").evaluate_all("found => found.map((one) => one.dataset.place)")
    assert all(place.startswith("block3.expand_relu6[7,") for place in operands)


def test_long_lists_of_opened_views_have_those_parts_that_are_near_what_is_seen(opened: Open) -> None:
    """A thousand classes, 512 addends, 512 strips: keys reach every part, and it is the right one."""
    page, _ = opened("/?model=resnet-like&view=softmax:softmax[700]")
    page.wait_for_selector("[data-view=softmax][data-settled]")
    rows = page.locator(".softmax-table tbody tr:not(.unseen-parts)")
    assert rows.count() < 60
    assert page.locator(".softmax-table").get_attribute("aria-rowcount") == "1001"
    chosen = page.locator(".softmax-table tr.chosen")
    expect(chosen).to_be_in_viewport()
    assert chosen.get_attribute("aria-rowindex") == "702"
    total = page.locator(".softmax-result .value")
    assert chosen.locator(".share .value").get_attribute("data-value") == total.get_attribute("data-value")
    seen: dict[int, float] = {}

    def look() -> None:
        shares = "(all) => all.map((row) => [row, row.querySelector('.share .value')].map((one) => one.dataset))"
        for row, share in rows.evaluate_all(shares):
            seen[int(row["term"])] = float(share["value"])

    page.locator(".softmax-table tr.chosen .class-name").focus()
    for key, last in (("Home", 0), ("End", 999)):
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        assert page.evaluate("document.activeElement.closest('tr').ariaRowIndex") == str(last + 2)
        look()
    box = page.locator(".softmax-scroll")
    for top in range(0, 40_000, 500):
        box.evaluate("(one, top) => (one.scrollTop = top)", top)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        look()
    assert sorted(seen) == list(range(1000))
    assert sum(seen.values()) == pytest.approx(1, abs=1e-5)

    page.goto(page.url.split("?")[0] + "?model=resnet-like&view=microscope:layer4.1.conv2[3,1,2]!400")
    page.wait_for_selector("[data-view=microscope][data-settled]")
    addends = page.locator(".addends > li:not(.unseen-parts)")
    assert addends.count() < 200
    mine = page.locator(".addends .chosen")
    expect(mine).to_be_in_viewport()
    assert (mine.get_attribute("aria-posinset"), mine.get_attribute("aria-setsize")) == ("401", "512")
    assert mine.locator(".value").get_attribute("data-value") == page.locator(".sum-of .result").get_attribute(
        "data-value"
    )
    mine.locator("button").focus()
    for key, place in (("ArrowRight", 402), ("End", 512), ("ArrowLeft", 511), ("Home", 1)):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.closest('li').getAttribute('aria-posinset')")
        assert focused == str(place), key
    page.keyboard.press("ArrowDown")
    assert int(page.evaluate("document.activeElement.closest('li').getAttribute('aria-posinset')")) > 2
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.href.includes('!400')")

    page.goto(page.url.split("?")[0] + "?model=resnet-like&view=flatten:flatten[300]")
    page.wait_for_selector("[data-view=flatten][data-settled]")
    strips = page.locator(".flatten-strips li:not(.unseen-parts)")
    assert strips.count() < 60
    strip = page.locator(".flatten-strips .chosen")
    expect(strip).to_be_in_viewport()
    assert strip.get_attribute("aria-posinset") == "301"
    assert page.locator(".flatten-weights .operand").count() == 60
    page.locator(".flatten-weights [data-action=more-operands]").click()
    assert page.locator(".flatten-weights .operand").count() == 160
    products = page.locator(".flatten-weights .operand-product").evaluate_all(
        "(all) => all.map((one) => Math.abs(Number(one.dataset.value)))"
    )
    assert products == sorted(products, reverse=True)


def test_where_a_number_of_a_large_model_goes_is_asked_for_and_said(opened: Open) -> None:
    page, _ = opened("/?model=resnet-like&view=activation:layer4.1.relu1[5,2,3]")
    page.wait_for_selector("[data-explained]")
    part = page.locator("[data-part=forward]")
    part.locator("summary").click()
    rows = part.locator(".operand-list > li")
    expect(rows).to_have_count(60)
    assert "4608" in part.locator(".note").inner_text().replace(",", "")
    weights = rows.locator(".operand-weight").evaluate_all(
        "(all) => all.map((one) => Math.abs(Number(one.dataset.value)))"
    )
    assert weights == sorted(weights, reverse=True)
    place = str(rows.first.locator("[data-place]").get_attribute("data-place"))
    assert place.startswith("layer4.1.conv2[")
    rows.first.locator("button").click()
    page.wait_for_selector("[data-view=neuron][data-settled]")
    expect(page.locator("[data-explained]")).to_have_attribute("data-explained", place)
