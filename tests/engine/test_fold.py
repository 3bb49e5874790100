"""Folding leaves the numbers and takes the layer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.fold import fold_batch_norm
from cnn_loupe.engine.graph import Graph
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import distinct, layers_for, seeds
from tests.models import random_parameters


@st.composite
def normed_specs(draw: st.DrawFn) -> ModelSpec:
    """Convolutions with one or two batch normalisations after each."""
    shape = draw(st.tuples(st.integers(1, 3), st.integers(2, 7), st.integers(2, 7)))
    stack: list[Layer] = []
    current: tuple[int, ...] = shape
    for i in range(draw(st.integers(1, 3))):
        stack.append(draw(layers_for("conv2d", current, f"conv_{i}")))
        current = stack[-1].output_shape(current)
        stack += [layers.BatchNorm2D(f"norm_{i}_{j}") for j in range(draw(st.integers(1, 2)))]
        stack.append(layers.Tanh(f"tanh_{i}"))
    return ModelSpec("normed", shape, Graph.chain(*stack))


@given(normed_specs(), seeds)
@settings(max_examples=30)
def test_a_folded_model_computes_the_same_with_fewer_layers(spec: ModelSpec, seed: int) -> None:
    parameters = random_parameters(spec, seed)
    folded_spec, folded = fold_batch_norm(spec, parameters)
    assert [layer.kind for layer in folded_spec.layers if layer.kind == "batch_norm2d"] == []
    assert set(folded) == set(folded_spec.parameter_shapes)
    x = distinct(np.random.default_rng(seed), spec.input_shape)
    before, after = Network(spec, parameters).run(x), Network(folded_spec, folded).run(x)
    for name, activation in after.activations.items():
        if name.startswith("tanh"):
            np.testing.assert_allclose(activation, before.activations[name], rtol=0, atol=2e-5)


def test_folding_leaves_the_given_parameters_alone() -> None:
    spec = ModelSpec("m", (1, 4, 4), Graph.chain(layers.Conv2D("conv", 2), layers.BatchNorm2D("norm")))
    parameters = random_parameters(spec)
    kept = {name: value.copy() for name, value in parameters.items()}
    fold_batch_norm(spec, parameters)
    assert set(parameters) == set(kept)
    assert all((parameters[name] == value).all() for name, value in kept.items())


def test_a_batch_normalisation_without_a_convolution_before_it_is_refused() -> None:
    for stack in (
        (layers.BatchNorm2D("norm"),),
        (layers.Conv2D("conv", 1), layers.ReLU("relu"), layers.BatchNorm2D("norm")),
    ):
        spec = ModelSpec("m", (1, 4, 4), Graph.chain(*stack))
        with pytest.raises(SpecError, match="norm stands after"):
            fold_batch_norm(spec, random_parameters(spec))
