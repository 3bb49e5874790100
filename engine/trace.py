"""What made one value: an operation, a bias, and terms that point at the inputs.

Hover highlights, edges, formulas, spoken sentences, code snippets and tests all read this one
structure. It is plain data; the layers fill it in (`Layer.trace`), the page has a twin of it
in JavaScript, and the fixtures under tests/fixtures/traces hold the two to each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import TensorError

Evaluate = TypeVar("Evaluate", bound="Callable[[Trace], float]")


_operations: dict[str, Callable[[Trace], float]] = {}
# What every operation makes of its terms, by name; `operation` adds to it.
OPERATIONS: Mapping[str, Callable[[Trace], float]] = MappingProxyType(_operations)


def operation(name: str) -> Callable[[Evaluate], Evaluate]:
    """Register the function that works out a trace's value, beside the layer that makes such traces."""

    def register(evaluate: Evaluate) -> Evaluate:
        if name in _operations:
            raise ValueError(f"there is an operation {name!r} already")
        _operations[name] = evaluate
        return evaluate

    return register


@dataclass(frozen=True, slots=True)
class Term:
    """One value that took part, and what it was multiplied by.

    at       its index in that input: (channel, row, column) or (unit,); outside the input where
             the term is a cell of the padding
    value    what stands there, 0 in the padding
    weight   its factor in a sum; None where the operation does not weigh (max, softmax …)
    padding  whether the cell is padding and not a value of the input
    source   which of the layer's inputs it belongs to, counted from 0
    """

    at: tuple[int, ...]
    value: float
    weight: float | None = None
    padding: bool = False
    source: int = 0

    @property
    def product(self) -> float:
        """value · weight, what the term adds to a sum."""
        return self.value if self.weight is None else self.value * self.weight


@dataclass(frozen=True, slots=True)
class Trace:
    """How the value at index `at` of a layer came about.

    operation  a key of OPERATIONS: how the terms are put together
    terms      the values of the inputs that took part
    bias       what a weighted sum adds at the end; None where there is no bias
    constants  the operation's fixed numbers (a slope, a mean, a variance …)
    """

    operation: str
    at: tuple[int, ...]
    terms: tuple[Term, ...]
    bias: float | None = None
    constants: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def value(self) -> float:
        """The value that the terms make, added up in float64.

        The layer's own float32 value differs in the last digits: a float32 sum depends on
        its order.
        """
        return OPERATIONS[self.operation](self)

    @property
    def winner(self) -> int | None:
        """Which term a maximum took (the first of equals); None for other operations."""
        if self.operation != "maximum":
            return None
        return max(range(len(self.terms)), key=lambda i: self.terms[i].value)

    def describe(self) -> dict[str, Any]:
        """The trace as JSON-ready data."""
        return {
            "operation": self.operation,
            "at": list(self.at),
            "terms": [
                {
                    "at": list(term.at),
                    "value": term.value,
                    "weight": term.weight,
                    "padding": term.padding,
                    "source": term.source,
                }
                for term in self.terms
            ],
            "bias": self.bias,
            "constants": dict(self.constants),
            "winner": self.winner,
            "value": self.value,
        }


def read(x: Array, at: tuple[int, ...]) -> tuple[float, bool]:
    """The value of x at an index, and whether the index lies in the padding around x."""
    inside = all(0 <= i < size for i, size in zip(at, x.shape, strict=True))
    return (float(x[at]), False) if inside else (0.0, True)


def terms(
    x: Array, cells: Iterable[tuple[int, ...]], weights: Iterable[float] | None = None, *, source: int = 0
) -> tuple[Term, ...]:
    """The terms for these cells of x, the input number `source`, with these weights."""
    if weights is None:
        return tuple(Term(at, value, None, pad, source) for at in cells for value, pad in [read(x, at)])
    return tuple(
        Term(at, value, float(weight), pad, source)
        for at, weight in zip(cells, weights, strict=True)
        for value, pad in [read(x, at)]
    )


def check_index(layer: str, at: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse an index that names no value of an output of this shape."""
    if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
        raise TensorError(
            "index_outside_layer",
            f"{layer}: there is no value at {list(at)}; use {len(shape)} indices from 0 below {list(shape)}",
            layer=layer,
            at=list(at),
            shape=list(shape),
        )


@operation("weighted_sum")
@operation("mean")  # a weighted sum whose weights are all 1 / count
def _weighted_sum(trace: Trace) -> float:
    return math.fsum(term.product for term in trace.terms) + (trace.bias or 0.0)


@operation("copy")
def _copy(trace: Trace) -> float:
    return trace.terms[0].value
