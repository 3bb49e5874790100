"""The engine against others: PyTorch where it is installed, and recorded values everywhere."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.oracles import sides
from tests.engine.rivals import torch_activations
from tests.engine.strategies import layers_and_shapes, random_arrays, seeds
from tests.fixtures.generate import FOLDER, GOLDEN
from tests.models import ALL, random_parameters, random_picture

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None,
    reason="PyTorch is not installed (make bench has it in an environment of its own)",
)


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference as a part of the layer's largest value."""
    largest = max(float(np.abs(expected).max()), 1e-12)
    return float(np.abs(found - expected).max()) / largest


@needs_torch
@pytest.mark.parametrize("id", sorted(ALL))
@pytest.mark.parametrize("seed", range(3))
def test_every_layer_agrees_with_pytorch_to_a_hundred_thousandth(id: str, seed: int) -> None:
    spec = ALL[id]
    parameters, x = random_parameters(spec, seed), random_picture(spec, seed)
    run = Network(spec, parameters).run(x)
    expected = torch_activations(spec, parameters, x)
    for name, found in run.activations.items():
        assert largest_difference(found, expected[name]) <= 1e-5, name


def in_pytorch(layer: Any, x: Any, w: Any, b: Any) -> Any:
    """A convolution, transposed or not, of one picture; what differs at the four sides is padded or cut by hand."""
    from torch.nn import functional as f

    (top, bottom), (left, right) = map(sides, layer.padding)
    if layer.kind == "conv2d":
        padded = f.pad(x, (left, right, top, bottom))
        return f.conv2d(padded, w, b, layer.stride, 0, layer.dilation, layer.groups)
    # (O, C / g, …) as PyTorch keeps it: (C, O / g, …).
    parts = w.reshape(layer.groups, -1, *w.shape[1:]).transpose(1, 2).reshape(len(x[0]), -1, *w.shape[2:])
    whole = f.conv_transpose2d(x, parts, None, layer.stride, 0, 0, layer.groups, layer.dilation)
    down, across = layer.output_padding
    y = f.pad(whole, (0, across, 0, down))[..., top:, left:]
    y = y[..., : y.shape[-2] - bottom, : y.shape[-1] - right]
    return y if b is None else y + b[:, None, None]


@needs_torch
@given(layers_and_shapes(("conv2d", "conv_transpose2d")), seeds)
@settings(max_examples=80)
def test_convolutions_and_their_derivatives_are_those_of_pytorch(
    found: tuple[Layer, tuple[Shape, ...]], seed: int
) -> None:
    import torch

    layer, shapes = found
    (x,), own = random_arrays(layer, shapes, seed)
    y, cache = layer.forward((x,), own)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    (dx,), gradients = layer.backward(cache, dy, own)
    given = {"x": x, **own}
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in given.items()}
    expected = in_pytorch(layer, tensors["x"][None], tensors["weight"], tensors.get("bias"))[0]
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-10, atol=1e-12)
    expected.backward(torch.tensor(dy))
    for key, gradient in {"x": dx, **gradients}.items():
        np.testing.assert_allclose(gradient, tensors[key].grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("id", GOLDEN)
def test_every_layer_agrees_with_values_that_loops_in_float64_gave(id: str) -> None:
    spec: ModelSpec = ALL[id]
    golden = json.loads(Path(FOLDER / "golden" / f"{id}.json").read_text("utf-8"))
    run = Network(spec, random_parameters(spec)).run(random_picture(spec))
    assert [layer["name"] for layer in golden["layers"]] == list(spec.names)
    for layer in golden["layers"]:
        activation = run.activations[layer["name"]]
        assert float(np.abs(activation).max()) == pytest.approx(layer["largest"], rel=1e-5)
        for entry in layer["values"]:
            found = float(activation[tuple(entry["at"])])
            assert found == pytest.approx(entry["value"], abs=1e-5 * layer["largest"])
