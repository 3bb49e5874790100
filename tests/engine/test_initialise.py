"""Starting weights: complete, of the right size, the same for the same seed."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.training.initialise import initial_parameters
from tests.engine.strategies import layers_and_shapes, seeds
from tests.models import model_spec

SPEC = model_spec(
    "start",
    (3, 20, 20),
    [
        layers.Conv2D("conv", 64, (5, 5)),
        layers.BatchNorm2D("norm"),
        layers.ReLU("relu"),
        layers.Flatten("flatten"),
        layers.Dense("hidden", 50),
        layers.ReLU("relu_2"),
        layers.Dense("scores", 30),
    ],
)


def test_exactly_the_models_parameters_are_made() -> None:
    found = initial_parameters(SPEC, 0)
    assert {name: value.shape for name, value in found.items()} == dict(SPEC.parameter_shapes)
    assert {value.dtype for value in found.values()} == {np.dtype(np.float32)}


@given(layers_and_shapes(), seeds)
def test_parameters_of_every_kind_have_a_start(found: tuple[Layer, tuple[Shape, ...]], seed: int) -> None:
    layer, shapes = found
    for key, shape in layer.parameter_shapes(*shapes).items():
        value = layer.initial(key)(shape, np.random.default_rng(seed))
        assert value.shape == shape
        assert value.dtype == np.float32
        assert np.isfinite(value).all()


def test_kernels_have_hes_deviation_and_the_last_layer_a_small_one() -> None:
    found = initial_parameters(SPEC, 0)
    assert math.isclose(found["conv.weight"].std(), math.sqrt(2 / 75), rel_tol=0.05)
    assert math.isclose(found["hidden.weight"].std(), math.sqrt(2 / (64 * 256)), rel_tol=0.05)
    assert math.isclose(found["scores.weight"].std(), 0.5 / math.sqrt(50), rel_tol=0.1)
    assert not found["conv.bias"].any()


def test_normalisation_starts_as_if_it_were_not_there() -> None:
    found = initial_parameters(SPEC, 0)
    assert (found["norm.weight"] == 1).all()
    assert (found["norm.variance"] == 1).all()
    assert not found["norm.bias"].any()
    assert not found["norm.mean"].any()


def test_a_seed_decides_the_start() -> None:
    first, again, other = (initial_parameters(SPEC, seed) for seed in (4, 4, 5))
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
    assert (first["conv.weight"] != other["conv.weight"]).any()
