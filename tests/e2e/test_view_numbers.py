"""Whatever an opened view shows is so: in every view, of any model, at random places, held against the API's values."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.weights import save_model
from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import Visit, eventually
from tests.e2e.numbers import seen_by, wrong_numbers
from tests.e2e.opened import Truth, explained, open_view, places, show
from tests.engine.strategies import graph_specs
from tests.models import GRAPHS, binary, graph_spec, random_parameters

pytestmark = pytest.mark.browser


def walk(page: Page, truth: Truth, spread: random.Random, moves: int = 2) -> list[str]:
    """What is wrong of an opened view at first, and where its maps are pointed at."""
    found = wrong_numbers(page, truth)
    maps = page.locator("loupe-view .view-stage .heat, loupe-view .microscope .heat")
    boxes = [
        box
        for box in (one.bounding_box() for one in maps.all())
        if box and box["width"] >= 8 and box["height"] >= 8 and box["y"] > 0 and box["y"] + box["height"] < 880
    ]
    for box in spread.sample(boxes, min(moves, len(boxes))):
        page.mouse.move(
            box["x"] + box["width"] * spread.uniform(0.05, 0.95), box["y"] + box["height"] * spread.uniform(0.05, 0.95)
        )
        page.wait_for_timeout(200)  # formula and operands follow once the pointer rests
        found += wrong_numbers(page, truth)
    return found


def everything(page: Page, truth: Truth, seed: int) -> list[str]:
    spread = random.Random(seed)
    found = []
    for view in places(truth, spread):
        show(page, view)
        found += [f"{view}: {one}" for one in walk(page, truth, spread)]
    return found


@pytest.mark.parametrize("model", ["tiny-vgg", "deep", "minimal", "wide"])
def test_every_number_of_every_view_is_the_engines(visit: Visit, model: str) -> None:
    visited = visit(reduced_motion="reduce")
    page = open_view(visited, "pixels:input[0,0,0]", model)
    assert everything(page, Truth.of(visited.base, model), 4) == []


RANDOM = 7


def random_specs() -> list[ModelSpec]:
    """Models that nobody thought of, of every kind, with branches; drawn anew only if the strategy changes."""
    inputs = st.tuples(st.sampled_from([1, 3]), st.integers(6, 17), st.integers(6, 17))
    drawn: list[ModelSpec] = []

    @hypothesis.seed(4)
    @hypothesis.settings(
        max_examples=300,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(graph_specs(inputs=inputs))
    def collect(spec: ModelSpec) -> None:
        if sum(math.prod(shape) for shape in spec.shapes.values()) < 30_000:
            drawn.append(spec)

    collect()
    # Of those with much in them, each that is taken adds the most kinds that none has shown yet.
    rich = [spec for spec in drawn if sum(len(shape) == 3 for shape in spec.shapes.values()) >= 4]
    chosen: list[ModelSpec] = []
    seen: set[str] = set()
    for _ in range(RANDOM):
        best = max(rich, key=lambda spec: len({layer.kind for layer in spec.layers} - seen))
        rich.remove(best)
        seen |= {layer.kind for layer in best.layers}
        chosen.append(best)
    assert len(seen) > 20
    return [graph_spec(f"random-{i}", spec.input_shape, spec.graph) for i, spec in enumerate(chosen)]


@pytest.fixture(scope="module")
def random_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("random")
    specs = random_specs()
    for seed, spec in enumerate([*specs, *GRAPHS.values(), binary()]):
        save_model(folder / spec.id, spec, random_parameters(spec, seed))
    with running_server(models=folder) as found:
        yield found


@pytest.mark.parametrize(
    "model",
    [
        *(f"random-{i}" for i in range(2)),
        *(pytest.param(f"random-{i}", marks=pytest.mark.exhaustive) for i in range(2, RANDOM)),
        *GRAPHS,
        "binary",
    ],
)
def test_every_number_is_the_engines_in_random_models(visit: Visit, random_models: RunningServer, model: str) -> None:
    visited = visit(base=random_models.url, reduced_motion="reduce")
    page = open_view(visited, "pixels:input[0,0,0]", model)
    assert everything(page, Truth.of(visited.base, model), 4) == []


def test_a_transposed_convolution_marks_the_cells_that_reach_a_place(
    visit: Visit, random_models: RunningServer
) -> None:
    """At the corners, where something is cut off and where no kernel reaches, with stride, gaps and kept rows."""
    spec, layer = next(
        (spec, layer) for spec in random_specs() for layer in spec.layers if layer.kind == "conv_transpose2d"
    )
    units, rows, columns = spec.shapes[layer.name]
    visited = visit(base=random_models.url, reduced_motion="reduce")
    page = open_view(visited, "pixels:input[0,0,0]", spec.id)
    truth = Truth.of(visited.base, spec.id)
    reached = set()
    for row, column in itertools.product((0, rows // 2, rows - 1), (0, columns // 2, columns - 1)):
        place = f"{layer.name}[{units - 1},{row},{column}]"
        for view in (f"neuron:{place}", f"microscope:{place}!0"):
            show(page, view)
            assert wrong_numbers(page, truth) == [], view
        reached.add(page.locator(".microscope .grid-numbers").first.locator("[data-place]").count())
    assert len(reached) > 1
    assert 0 in reached
    # An operand is followed from the kernel's cell that it stands at; a cell of the input leads to what it reaches.
    show(page, f"microscope:{layer.name}[0,{rows // 2},{columns // 2}]!0")
    page.locator(".microscope-maps .heat").first.click()
    page.wait_for_timeout(200)
    assert wrong_numbers(page, truth) == []
    operand = page.locator(".microscope .grid-numbers [data-place]").first
    place = str(operand.get_attribute("data-place"))
    operand.click()
    eventually(lambda: explained(page)[0] == place, f"{place} explained")


def test_one_number_at_the_end_is_shown_as_two_classes(visit: Visit, random_models: RunningServer) -> None:
    visited = visit(base=random_models.url, reduced_motion="reduce")
    page = open_view(visited, "activation:probability[0]", "binary")
    probability = Truth.of(visited.base, "binary").value("probability[0]")
    shown = page.locator(".two-classes .value").evaluate_all("(all) => all.map((one) => Number(one.dataset.value))")
    assert shown == pytest.approx([1 - probability, probability], abs=1e-7)
    page.keyboard.press("Escape")
    best = "dog" if probability > 0.5 else "cat"
    # On the map the one unit says both, too.
    output = page.locator(".network-column[data-column=probability]")
    assert output.locator("[data-unit]").count() == 1
    assert output.locator(".network-class-name").all_inner_texts() == ["cat", "dog"]
    assert output.locator("[data-class]").evaluate_all("(all) => all.map((one) => Number(one.dataset.value))") == shown
    assert output.locator(".is-top .network-class-name").inner_text() == best
    label = str(output.locator("[data-unit]").get_attribute("aria-label"))
    assert "cat" in label
    assert "dog" in label
    output.locator("[data-unit]").hover()
    expect(page.locator(".inspector-facts").first).to_contain_text("cat")
    headline = page.locator("loupe-answer")
    assert headline.locator(".answer-name").inner_text() == f"{best}."  # the sentence of the answer ends there
    assert "probability" in headline.locator(".answer-raw").inner_text()
    headline.locator(".answer-best").click()
    page.wait_for_selector("[data-view=activation][data-settled]")


@pytest.mark.parametrize(
    ("model", "view"),
    [
        ("tiny-vgg", "pooling:max_pool_2[1,5,6]"), ("tiny-vgg", "flatten:flatten[700]"),
        ("tiny-vgg", "softmax:softmax[6]"),
        ("deep", "neuron:c6[2,0,2]"), ("deep", "microscope:c5[2,16,0]!0"), ("deep", "output:hidden[3]"),
        ("minimal", "neuron:edges[1,0,5]"),
    ],
)  # fmt: skip
def test_the_receptive_field_is_marked_on_every_earlier_layer_and_moves_with_the_pointer(
    visit: Visit, model: str, view: str
) -> None:
    visited = visit(reduced_motion="reduce")
    page = open_view(visited, view, model)
    truth = Truth.of(visited.base, model)
    maps = {name for name, tensor in truth.tensors.items() if tensor.ndim == 3}

    def marked() -> dict[str, tuple[list[int], list[int]]]:
        seen = page.locator(".network-sidebar [data-seen]").evaluate_all(
            "(all) => all.map((one) => [one.dataset.seen, one.dataset.rows, one.dataset.columns])"
        )
        return {
            name: ([*map(int, rows.split(","))], [*map(int, columns.split(","))])
            for name, rows, columns in seen
            if name in maps
        }

    place = explained(page)[0]
    assert marked() == seen_by(truth, place)
    if truth.tensors[place.split("[")[0]].ndim == 1:
        return
    before = marked()
    box = page.locator(
        "loupe-view .view-stage .heat[role=application], loupe-view .microscope .heat[role=application]"
    ).last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    eventually(lambda: explained(page)[0] != place, "another value")
    assert marked() == seen_by(truth, explained(page)[0])
    assert marked() != before
    # What is marked on the picture is drawn there, too: the frame lies over those rows and columns.
    (top, bottom), _ = marked()["input"]
    frame, picture = (
        page.locator(f".network-sidebar .is-picture {part}").bounding_box()
        for part in (".sidebar-window", ".sidebar-map canvas")
    )
    assert frame is not None
    assert picture is not None
    row = picture["height"] / truth.tensors["input"].shape[1]
    assert abs(frame["y"] - (picture["y"] + top * row)) < 1.5
    assert abs(frame["height"] - (bottom - top + 1) * row) < 1.5 or np.isclose(frame["height"], 3, atol=0.5)
