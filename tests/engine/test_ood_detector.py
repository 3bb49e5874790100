"""Pictures unlike all that a network learnt from are told by how its maps answer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine import layers
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.ood.detector import (
    LISTED,
    OodDetector,
    count_outside,
    fit_ranges,
    map_statistics,
    monitored_layers,
    stacked,
    threshold,
)
from cnn_loupe.engine.run import Run
from tests.models import model_spec, random_parameters


@pytest.fixture(scope="module")
def network() -> Network:
    spec = model_spec(
        "small",
        (2, 10, 9),
        [
            layers.Conv2D("conv", 3),
            layers.Tanh("tanh"),
            layers.AvgPool2D("pool"),
            layers.LeakyReLU("leaky"),
            layers.Flatten("flatten"),
            layers.Dense("output", 4),
            layers.ReLU("relu"),
        ],
    )
    return Network(spec, random_parameters(spec, seed=1))


def familiar(network: Network, count: int, seed: int = 0) -> list[Run]:
    """Runs of soft noise around the middle of the range."""
    rng = np.random.default_rng(seed)
    shape = network.spec.input_shape
    return [network.run(rng.normal(0.5, 0.1, shape).clip(0, 1).astype(np.float32)) for _ in range(count)]


@pytest.fixture(scope="module")
def record(network: Network) -> dict[str, Any]:
    layers = monitored_layers(network.spec)
    ranges = fit_ranges(stacked([map_statistics(run, layers) for run in familiar(network, 400)]))
    counts = count_outside(stacked([map_statistics(run, layers) for run in familiar(network, 400, seed=1)]), ranges)
    found = {"ranges": ranges, "most_outside": threshold(counts), "rates": {"held_out": 0.02}}
    return json.loads(json.dumps(found))  # as it is read from a model's description


def test_activation_layers_that_give_maps_are_watched_whatever_their_kind(network: Network) -> None:
    assert monitored_layers(network.spec) == ["tanh", "leaky"]


def test_a_maps_numbers_are_its_mean_its_spread_and_its_share_of_the_layers_spread(network: Network) -> None:
    run = familiar(network, 1)[0]
    for name, own in map_statistics(run, monitored_layers(network.spec)).items():
        for unit, values in enumerate(run.activations[name].astype(float)):
            assert own["mean"][unit] == pytest.approx(values.mean())
            assert own["spread"][unit] == pytest.approx(np.sqrt(((values - values.mean()) ** 2).mean()))
        assert own["share"].sum() == pytest.approx(1)


def test_even_maps_have_no_spread_to_share(network: Network) -> None:
    run = network.run(np.zeros(network.spec.input_shape, np.float32))
    for own in map_statistics(run, monitored_layers(network.spec)).values():
        assert not own["spread"].any()
        assert not own["share"].any()


def test_all_but_one_in_a_hundred_of_the_held_out_pictures_pass(network: Network, record: dict[str, Any]) -> None:
    detector = OodDetector(record)
    noted = sum(detector.detect(run) is not None for run in familiar(network, 400, seed=1))
    assert noted <= 4


def test_the_threshold_is_the_smallest_count_that_one_in_a_hundred_at_most_passes() -> None:
    counts = np.array([0] * 196 + [1, 3, 7, 9])
    assert threshold(counts) == 3
    assert threshold(np.array([5])) == 5


def test_a_strange_picture_is_noted_with_its_count_and_the_numbers_furthest_outside(
    network: Network, record: dict[str, Any]
) -> None:
    run = network.run(np.zeros(network.spec.input_shape, np.float32))
    note = OodDetector(record).detect(run)
    assert note is not None
    assert note["threshold"] == record["most_outside"] < note["value"] <= note["numbers"]
    assert note["false_alarms"] == 0.02
    assert 0 < len(note["outside"]) <= LISTED
    for entry in note["outside"]:
        own = map_statistics(run, [entry["layer"]])[entry["layer"]]
        assert own[entry["statistic"]][entry["unit"]] == entry["value"]
        assert not entry["low"] <= entry["value"] <= entry["high"]
    units = [(entry["layer"], entry["unit"]) for entry in note["outside"]]
    assert len(set(units)) == len(units), "no unit is named twice"


def test_what_was_at_the_end_of_a_range_stays_within_after_rounding() -> None:
    constant = {"layer": {"mean": np.array([[1 / 3, -2 / 3, 0.0, 1e-7 / 3]] * 5)}}
    ranges = fit_ranges(constant)
    assert not count_outside(constant, ranges).any()
    low, high = ranges["layer"]["mean"]["low"], ranges["layer"]["mean"]["high"]
    assert (low[0], high[0]) == (0.3333, 0.3334)
    assert (low[1], high[1]) == (-0.6667, -0.6666)
    assert low[2] == high[2] == 0


@pytest.mark.parametrize("record", [None, {}, {"quantiles": [0.5], "energy": [-3.0], "top_probability": [0.5]}])
def test_a_model_without_ranges_has_no_detector(record: dict[str, Any] | None) -> None:
    assert OodDetector.of(record) is None


def test_a_detector_counts_as_the_ranges_do_and_even_maps_of_any_height_are_even(
    network: Network, record: dict[str, Any]
) -> None:
    detector = OodDetector(record)
    for shade in (0.0, 0.2, 0.5, 0.9, 1.0):
        run = network.run(np.full(network.spec.input_shape, shade, np.float32))
        numbers = map_statistics(run, monitored_layers(network.spec))
        for own in numbers.values():
            assert not own["spread"].any(), shade
            assert not own["share"].any(), shade
        note, count = detector.detect(run), int(count_outside(numbers, record["ranges"]))
        assert (note["value"] if note else count) == count
        assert (note is None) == (count <= record["most_outside"])
