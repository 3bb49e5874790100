"""The engine against others: PyTorch where it is installed, and recorded values everywhere."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.rivals import torch_activations
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
