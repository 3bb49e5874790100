"""A self-test: known scores of a known input, so that a broken installation says so itself.

A wrong BLAS, a damaged file or a miscompiled NumPy gives numbers that look like any others. A model
may therefore carry `golden.json`: the scores that its weights give for `golden_input`, computed once
in float64, with the tolerance that float32 needs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.errors import WeightsError
from cnn_loupe.engine.graph import Node
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.storage import replace_file
from cnn_loupe.engine.weights import load_model

FILE = "golden.json"
TOLERANCE = 1e-4  # of the largest score


@dataclass(frozen=True)
class Golden:
    """The scores that a network must give for `golden_input`."""

    scores: tuple[float, ...]
    tolerance: float = TOLERANCE

    @classmethod
    def read(cls, folder: Path, description: Mapping[str, Any]) -> Golden | None:
        """The golden values in a model's folder; None where there are none.

        Raises WeightsError where they are unreadable or belong to other weights.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            data = json.loads(path.read_text("utf-8"))
            found = cls(tuple(float(score) for score in data["scores"]), float(data["tolerance"]))
            same = data["weights"] == description["weights"]["sha256"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsError(
                "golden_unreadable", f"{FILE} cannot be read ({error}); restore the file", file=FILE
            ) from error
        if not same:
            raise WeightsError(
                "golden_of_other_weights",
                f"{FILE} was made for other weights; make it again with `python -m cnn_loupe.engine.golden FOLDER`",
                file=FILE,
            )
        return found


def golden_input(shape: Shape) -> Array:
    """A ramp from 0 to 1 that differs in every channel and row: (C, H, W)."""
    channels, height, width = shape
    c, i, j = np.meshgrid(np.arange(channels), np.arange(height), np.arange(width), indexing="ij")
    return (((7 * i + 5 * j + 11 * c) % 64) / 63).astype(FLOAT)


def check_golden(network: Network, golden: Golden | None) -> float | None:
    """Run the golden input; gives the largest deviation relative to the largest score.

    Raises WeightsError where it is beyond the tolerance or any value is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # said below, in a sentence
        run = network.run(golden_input(network.spec.input_shape))
    for name, values in run.activations.items():
        if not np.isfinite(values).all():
            raise WeightsError(
                "self_test_failed",
                f"{network.spec.id}: {name} gives values that are not finite for the test input",
                model=network.spec.id,
                layer=name,
            )
    if golden is None:
        return None
    found = run.value(network.spec.scores)
    expected = np.asarray(golden.scores)
    if found.size != expected.size:
        deviation = float("inf")
    else:
        deviation = float(np.abs(found.ravel() - expected).max() / max(np.abs(expected).max(), 1e-12))
    if not deviation <= golden.tolerance:
        raise WeightsError(
            "self_test_failed",
            f"{network.spec.id}: the scores for the test input deviate by {deviation:.2g} of the largest; "
            f"at most {golden.tolerance:g} is right. Reinstall, and check NumPy with `cnn-loupe doctor`",
            model=network.spec.id,
            deviation=deviation,
            tolerance=golden.tolerance,
        )
    return deviation


def exact_scores(network: Network) -> Array:
    """The scores for the golden input, computed in float64 with the readable operations."""
    spec = network.spec
    exact = {name: value.astype(np.float64) for name, value in network.parameters.items()}

    def step(node: Node, xs: list[Array]) -> Array:
        own = {key: exact[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]}
        return node.layer.forward(xs, own)[0]

    found = spec.graph.walk(step, golden_input(spec.input_shape).astype(np.float64))
    return found[spec.scores].ravel()


def write_golden(folder: Path) -> Path:
    """Write golden.json for the model in this folder."""
    model = load_model(folder)
    data = {
        "input": "golden_input: ((7·row + 5·column + 11·channel) mod 64) / 63",
        "weights": model.description["weights"]["sha256"],
        "tolerance": TOLERANCE,
        "scores": [float(score) for score in exact_scores(model.network)],
    }
    path = folder / FILE
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    replace_file(path, lambda file: file.write(text.encode()))
    return path


if __name__ == "__main__":
    print(write_golden(Path(sys.argv[1])))
