"""The page's engine against the NumPy engine: random graphs, edited and as they are, forward and back."""

from __future__ import annotations

import base64
import json
import math
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.edits import ClampUnit, Edit, ScaleUnit, SetElement, SetUnit, SwapKind, edited_spec
from cnn_loupe.engine.graph import Node, walk_back
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import FUNCTIONS, graph_specs
from tests.models import random_parameters, random_picture

# What NumPy itself cannot tell in float32 is no matter of the page: near a bend, or where large values cancel, its own
# result differs from that in float64 by more than this share of the largest value, and the graph is left out.
SETTLED = 3e-6


def tensor(array: Array) -> dict[str, Any]:
    values = np.ascontiguousarray(array, "<f4")
    return {"shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


def description(spec: ModelSpec) -> dict[str, Any]:
    """The model as the page is told of it."""
    layers = [
        {
            **node.layer.describe(),
            "inputs": list(node.inputs),
            "output_shape": list(spec.shapes[node.name]),
            "parameter_count": spec.parameter_counts[node.name],
            "receptive_field": None,
        }
        for node in spec.graph.nodes
    ]
    return {"id": spec.id, "input": {"shape": list(spec.input_shape)}, "classes": [], "layers": layers}


def random_edits(spec: ModelSpec, rng: np.random.Generator) -> list[tuple[Edit, dict[str, Any]]]:
    """Up to three edits, for the engine and for the page."""
    found: list[tuple[Edit, dict[str, Any]]] = []
    for sort in rng.choice(["set", "scale", "clamp", "map", "element", "swap"], rng.integers(0, 4)):
        name = str(rng.choice(list(spec.names)))
        unit = int(rng.integers(spec.shapes[name][0]))
        place = {"target": "unit", "layer": name, "unit": unit}
        number = float(np.float32(rng.uniform(-2, 2)))
        if sort == "set":
            found.append((SetUnit(name, unit, number), {**place, "change": "set", "value": number}))
        elif sort == "scale":
            found.append((ScaleUnit(name, unit, number), {**place, "change": "scale", "factor": number}))
        elif sort == "clamp":
            found.append((ClampUnit(name, unit, -0.25, 0.5), {**place, "change": "clamp", "low": -0.25, "high": 0.5}))
        elif sort == "map":
            value = rng.uniform(-1, 1, spec.shapes[name][1:]).astype(np.float32)
            found.append((SetUnit(name, unit, value), {**place, "change": "map", "value": value.ravel().tolist()}))
        elif sort == "element" and spec.parameter_shapes:
            parameter = str(rng.choice(list(spec.parameter_shapes)))
            if parameter.endswith("variance"):
                continue
            at = tuple(int(rng.integers(side)) for side in spec.parameter_shapes[parameter])
            layer, _, key = parameter.rpartition(".")
            own = {"target": "parameter", "layer": layer, "parameter": key, "at": list(at)}
            found.append((SetElement(parameter, at, number), {**own, "change": "set", "value": number}))
        elif sort == "swap":
            swappable = [node.name for node in spec.graph.nodes if node.layer.kind in FUNCTIONS]
            if swappable:
                layer, kind = str(rng.choice(swappable)), str(rng.choice(FUNCTIONS))
                found.append(
                    (SwapKind(layer, kind), {"target": "operator", "layer": layer, "kind": kind, "values": {}})
                )
    return found


def exact(
    spec: ModelSpec, parameters: Mapping[str, Array], x: Array, edits: list[Edit], name: str, dy: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Values and gradients in float64, by the readable operations and what the edits do."""
    known = {key: value.astype(np.float64) for key, value in parameters.items()}
    for edit in edits:
        if isinstance(edit, SetElement):
            edit.apply(known[edit.name])
    spec = edited_spec(spec, edits)
    own = {n: {key: known[f"{n}.{key}"] for key in spec.layer_parameters[n]} for n in spec.names}
    units = {n: [e for e in edits if isinstance(e, SetUnit | ScaleUnit | ClampUnit) and e.layer == n] for n in own}
    caches: dict[str, Any] = {}

    def forward(node: Node, xs: list[Array]) -> Array:
        y, cache = node.layer.forward(xs, own[node.name])
        y, steps = np.array(y), []
        for edit in units[node.name]:
            y[edit.unit], step = edit.forward(y[edit.unit])
            steps.append(step)
        caches[node.name] = cache, steps
        return y

    def backward(node: Node, given: Array) -> Any:
        cache, steps = caches[node.name]
        given = np.array(given)
        for edit, step in zip(reversed(units[node.name]), reversed(steps), strict=True):
            given[edit.unit] = edit.backward(step, given[edit.unit])
        return node.layer.backward(cache, given, own[node.name])[0]

    values = spec.graph.walk(forward, x.astype(np.float64))
    back = walk_back(spec.graph.nodes, backward, {name: dy.astype(np.float64)}, lambda _, one, other: one + other)
    return values, back


def settled(found: Mapping[str, Array], expected: Mapping[str, Array]) -> bool:
    """Whether float32 has been enough for these values."""
    return all(
        np.isfinite(value).all()
        and np.abs(value - expected[name]).max() <= SETTLED * max(1e-3, float(np.abs(expected[name]).max()))
        for name, value in found.items()
    )


def case(spec: ModelSpec, seed: int) -> dict[str, Any] | None:
    """What the page has to compute of one graph; None where float32 does not settle it."""
    rng = np.random.default_rng(seed)
    network = Network(spec, random_parameters(spec, seed))
    x = random_picture(spec, seed)
    pairs = random_edits(spec, rng)
    edits = [edit for edit, _ in pairs]
    name = str(rng.choice(list(spec.names)))
    dy = rng.standard_normal(spec.shapes[name]).astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        run = network.run(x, edits)
        gradients = network.backward(run, name, dy)
        values, back = exact(spec, network.parameters, x, edits, name, dy)
    if not settled(run.activations, values) or not settled(gradients.activations, back):
        return None
    if "input" in back and not settled({"input": gradients.input}, back):
        return None
    return {
        "description": description(spec),
        "parameters": {key: tensor(value) for key, value in network.parameters.items()},
        "input": tensor(x),
        "edits": [edit for _, edit in pairs],
        "activations": {key: tensor(value) for key, value in run.activations.items()},
        "multiplications": sum(spec.multiplications.values()),
        "from": {"name": name, "dy": tensor(dy)},
        "gradients": {
            "input": tensor(gradients.input),
            "activations": {key: tensor(value) for key, value in gradients.activations.items()},
            "parameters": {key: tensor(value) for key, value in gradients.parameters.items()},
        },
    }


def random_cases(count: int) -> list[dict[str, Any]]:
    """The same graphs every time."""
    specs: list[ModelSpec] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate])
    @given(graph_specs(scores=False))
    def collect(spec: ModelSpec) -> None:
        if math.prod(spec.input_shape) > 1:
            specs.append(spec)

    collect()
    made = [case(spec, seed) for seed, spec in enumerate(specs)]
    return [one for one in made if one is not None]


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.exhaustive)])
def test_random_graphs_give_the_engines_values_and_gradients(count: int, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    cases = random_cases(count)
    assert len(cases) >= count // 2
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases, allow_nan=False), "utf-8")
    script = Path(__file__).parent / "support/compute.mjs"
    done = subprocess.run([node, str(script), str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout)
    assert found["cases"] == len(cases)
    assert 0 < found["worst"] <= 1e-5
