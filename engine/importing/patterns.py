"""Steps of an ONNX file that are one layer together, as older exporters write them: made one before anything else.

A pattern counts only where nothing else reads what lies inside it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignGraph, ForeignNode


class _Steps:
    """The nodes of a graph by what they give, and numbers that are known before any picture is."""

    def __init__(self, graph: ForeignGraph) -> None:
        self._makers = {name: node for node in graph.nodes for name in node.outputs}
        self._constants = graph.constants
        self._read = Counter(name for node in graph.nodes for name in node.inputs)
        self._read.update(value.name for value in graph.outputs)
        self.inside: list[ForeignNode] = []

    def maker(self, name: str, op: str, reads: int = 1) -> ForeignNode | None:
        """The node that gives this value, if it is such an operation and read just so often; it lies inside then."""
        node = self._makers.get(name)
        if node is None or node.op != op or self._read[name] != reads:
            return None
        self.inside.append(node)
        return node

    def numbers(self, name: str) -> np.ndarray[Any, Any] | None:
        if name in self._constants:
            return self._constants[name]
        node = self._makers.get(name)
        if node is None or node.op != "Constant":
            return None
        given = next((v for key, v in node.attributes.items() if key.startswith("value") and v is not None), None)
        return None if given is None else np.asarray(given)

    def number(self, name: str) -> float | None:
        found = self.numbers(name)
        return float(found.ravel()[0]) if found is not None and found.size == 1 else None

    def with_number(self, node: ForeignNode) -> tuple[str, float] | None:
        """The two inputs of a sum or product of a value and a number, in whichever order they stand."""
        if len(node.inputs) == 2:
            for value, other in (node.inputs, node.inputs[::-1]):
                if (number := self.number(other)) is not None:
                    return value, number
        return None


def gathered(graph: ForeignGraph) -> ForeignGraph:
    """The graph with every pattern as one node."""
    if graph.format != "onnx" or not any(node.op in ("Sqrt", "Erf") for node in graph.nodes):
        return graph
    steps, gone, made = _Steps(graph), set[int](), dict[int, ForeignNode]()
    for node in graph.nodes:
        for look in _PATTERNS.get(node.op, ()):
            steps.inside.clear()
            found = look(steps, node)
            if found is not None:
                gone.update(id(one) for one in steps.inside)
                made[id(node)] = found
                break
    return replace(graph, nodes=[made.get(id(node), node) for node in graph.nodes if id(node) not in gone])


def _normalised(steps: _Steps, node: ForeignNode) -> ForeignNode | None:
    """(x − mean(x)) / √(mean((x − mean(x))²) + ε): layer normalisation before opset 17."""
    if len(node.inputs) != 2:
        return None
    value, divisor = node.inputs
    root = steps.maker(divisor, "Sqrt")
    total = root and steps.maker(root.inputs[0], "Add")
    parts = steps.with_number(total) if total else None
    variance = steps.maker(parts[0], "ReduceMean") if parts else None
    if parts is None or variance is None:
        return None
    square = steps.maker(variance.inputs[0], "Pow") or steps.maker(variance.inputs[0], "Mul")
    if square is None or (square.op == "Pow" and steps.number(square.inputs[1]) != 2):
        return None
    if square.op == "Mul" and square.inputs[0] != square.inputs[1]:
        return None
    inner, times = square.inputs[0], 1 if square.op == "Pow" else 2
    # Some exporters take the mean off twice, once for the square and once for the result.
    wanted = {value: 1 + times} if value == inner else {value: 1, inner: times}
    centred = [steps.maker(name, "Sub", reads) for name, reads in wanted.items()]
    first = centred[0]
    if first is None or any(one is None or one.inputs != first.inputs for one in centred):
        return None
    mean = steps.maker(first.inputs[1], "ReduceMean", len(centred))
    axes = [_reduced(steps, one) for one in (mean, variance) if one is not None]
    if mean is None or mean.inputs[0] != first.inputs[0] or axes[0] is None or axes[0] != axes[1]:
        return None
    attributes = {"axes": axes[0], "epsilon": parts[1]}
    return ForeignNode("LayerNormalization", node.name, (first.inputs[0],), node.outputs, attributes)


def _reduced(steps: _Steps, node: ForeignNode) -> list[int] | None:
    """The axes of a mean that keeps them as sides of 1."""
    given = steps.numbers(node.inputs[1]) if len(node.inputs) > 1 else node.attributes.get("axes")
    if given is None or not node.attributes.get("keepdims", 1):
        return None
    return [int(axis) for axis in np.ravel(given)]


def _gelu(steps: _Steps, node: ForeignNode) -> ForeignNode | None:
    """x · ½ · (1 + erf(x / √2)), the factors in any order: GELU before opset 20."""
    left, factors = list(node.inputs), list[str]()
    while left:
        name = left.pop()
        product = steps.maker(name, "Mul") if len(factors) + len(left) < 3 else None
        if product is None:
            factors.append(name)
        else:
            left += product.inputs
    halves = [name for name in factors if steps.number(name) == 0.5]
    gates = [name for name in factors if steps.maker(name, "Add")]
    rest = [name for name in factors if name not in halves and name not in gates]
    if (len(halves), len(gates), len(rest)) != (1, 1, 1):
        return None
    plus = steps.maker(gates[0], "Add")
    parts = steps.with_number(plus) if plus else None
    error = steps.maker(parts[0], "Erf") if parts and parts[1] == 1 else None
    if not error:
        return None
    for op, factor in (("Div", math.sqrt(2)), ("Mul", math.sqrt(0.5))):
        scaled = steps.maker(error.inputs[0], op)
        found = scaled and scaled.inputs[0] == rest[0] and steps.number(scaled.inputs[1])
        if found and math.isclose(found, factor, rel_tol=1e-4):
            return ForeignNode("Gelu", node.name, (rest[0],), node.outputs)
    return None


Look = Callable[[_Steps, ForeignNode], ForeignNode | None]
_PATTERNS: Mapping[str, tuple[Look, ...]] = {"Div": (_normalised,), "Mul": (_gelu,)}
