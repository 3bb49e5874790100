"""Interventions: what may be changed in a network for one run, as values.

    network.run(x, edits=[SetUnit("relu_1_1", 3, 0.0), ScaleUnit("conv_2_1", 0, 1.5)])

An edit travels with the run that it has made and never changes the network. Edits of one layer take
effect in the order in which they are given: first those of its kind and parameters, then, on what
the layer gives, those of its units.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import REAL, Array, Shape, float_copy, shape_text
from cnn_loupe.engine.errors import EditError, SpecError
from cnn_loupe.engine.fields import Real, check, rules
from cnn_loupe.engine.graph import Graph
from cnn_loupe.engine.kinds import KINDS
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec


@dataclass(frozen=True, eq=False)
class Edit(ABC):
    """One change. Two edits are equal if they are of one kind and hold the same values."""

    @property
    @abstractmethod
    def target(self) -> str:
        """The name of the layer that is changed."""

    @abstractmethod
    def check(self, spec: ModelSpec) -> None:
        """Raise EditError or SpecError where the model has no such place, or the value does not fit."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            _equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)
        )

    def __hash__(self) -> int:
        return hash((type(self), self.target))


@dataclass(frozen=True, eq=False)
class ParameterEdit(Edit):
    """A change of one of a layer's parameters, by full name: `conv_1.weight`."""

    name: str

    @property
    def target(self) -> str:
        return self.name.rpartition(".")[0]

    @abstractmethod
    def apply(self, value: Array) -> None:
        """Write into the parameter, a copy that only this run has."""

    def check(self, spec: ModelSpec) -> None:
        if self.name not in spec.parameter_shapes:
            raise EditError(
                "unknown_parameter",
                f"{spec.id} has no parameter {self.name!r}; it has {', '.join(spec.parameter_shapes) or 'none'}",
                model=spec.id,
                parameter=self.name,
                known=list(spec.parameter_shapes),
            )


@dataclass(frozen=True, eq=False)
class SetParameter(ParameterEdit):
    """A parameter replaced as a whole."""

    value: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _numbers(self.name, self.value))

    def apply(self, value: Array) -> None:
        value[...] = self.value

    def check(self, spec: ModelSpec) -> None:
        super().check(spec)
        _same_shape(self.name, self.value, spec.parameter_shapes[self.name])


@dataclass(frozen=True, eq=False)
class PartEdit(ParameterEdit):
    """A change of one number of a parameter, or with fewer indices than axes of all that they begin.

    Of a convolution's weight (3, 2, 1, 1) is one number, (3, 2) a kernel, (3,) a neuron, () everything.
    """

    at: tuple[int, ...]

    def check(self, spec: ModelSpec) -> None:
        super().check(spec)
        shape = spec.parameter_shapes[self.name]
        if len(self.at) > len(shape) or not all(0 <= i < n for i, n in zip(self.at, shape, strict=False)):
            raise EditError(
                "index_outside_parameter",
                f"{self.name}: there is no number at {list(self.at)}; "
                f"use {len(shape)} indices from 0 below {list(shape)}, or fewer for a part",
                parameter=self.name,
                at=list(self.at),
                shape=list(shape),
            )


@dataclass(frozen=True, eq=False)
class SetElement(PartEdit):
    """One number of a parameter, or every number of a part, replaced."""

    value: float

    def __post_init__(self) -> None:
        _numbers(self.name, self.value)

    def apply(self, value: Array) -> None:
        value[self.at] = self.value


@dataclass(frozen=True, eq=False)
class ScaleElement(PartEdit):
    """One number of a parameter, or every number of a part, multiplied by a factor."""

    factor: float

    def __post_init__(self) -> None:
        _numbers(self.name, self.factor)

    def apply(self, value: Array) -> None:
        value[self.at] *= value.dtype.type(self.factor)


@dataclass(frozen=True, eq=False)
class UnitEdit(Edit):
    """A change of what one unit of a layer gives: one map, or one number of a vector."""

    layer: str
    unit: int

    @property
    def target(self) -> str:
        return self.layer

    @abstractmethod
    def forward(self, values: Array) -> tuple[Array, Any]:
        """The unit's values as they are afterwards, and the cache for the way back."""

    @abstractmethod
    def backward(self, cache: Any, dy: Array) -> Array:
        """The gradient with respect to the unit's values as the layer gave them."""

    def check(self, spec: ModelSpec) -> None:
        shape = spec.shapes[spec.node(self.layer).name]
        if not 0 <= self.unit < shape[0]:
            raise EditError(
                "unknown_unit",
                f"{self.layer} has no unit {self.unit}; use 0 to {shape[0] - 1}",
                layer=self.layer,
                unit=self.unit,
                count=shape[0],
            )


@dataclass(frozen=True, eq=False)
class SetUnit(UnitEdit):
    """A unit's values replaced: by 0, by another number everywhere, or by a given map (H, W)."""

    value: float | Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _numbers(self.layer, self.value))

    def forward(self, values: Array) -> tuple[Array, Any]:
        return np.broadcast_to(np.asarray(self.value, values.dtype), values.shape), None

    def backward(self, cache: Any, dy: Array) -> Array:
        return np.zeros_like(dy)

    def check(self, spec: ModelSpec) -> None:
        super().check(spec)
        if np.ndim(self.value):
            _same_shape(f"{self.layer}[{self.unit}]", np.asarray(self.value), spec.shapes[self.layer][1:])


@dataclass(frozen=True, eq=False)
class ScaleUnit(UnitEdit):
    """A unit's values multiplied by a factor."""

    factor: float

    def __post_init__(self) -> None:
        _numbers(self.layer, self.factor)

    def forward(self, values: Array) -> tuple[Array, Any]:
        return values * values.dtype.type(self.factor), None

    def backward(self, cache: Any, dy: Array) -> Array:
        found: Array = dy * dy.dtype.type(self.factor)
        return found


@dataclass(frozen=True, eq=False)
class ClampUnit(UnitEdit):
    """A unit's values kept between two bounds."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _numbers(self.layer, [self.low, self.high])
        if self.low > self.high:
            raise EditError(
                "bounds_reversed",
                f"{self.layer}: the lower bound {self.low:g} lies above the upper bound {self.high:g}",
                layer=self.layer,
                low=self.low,
                high=self.high,
            )

    def forward(self, values: Array) -> tuple[Array, Any]:
        return np.clip(values, self.low, self.high), (values >= self.low) & (values <= self.high)

    def backward(self, cache: Any, dy: Array) -> Array:
        found: Array = dy * cache
        return found


@dataclass(frozen=True, eq=False)
class SwapKind(Edit):
    """A layer turned into one of another kind: max for average pooling, ReLU for another activation.

    Hyperparameters that both kinds have keep their values; values gives others, such as ("slope", 0.1).
    What comes out must have the same shape, and the new kind must not need parameters that the model
    does not have. Of several swaps of a layer the last counts.
    """

    layer: str
    kind: str
    values: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for _, value in self.values:
            _numbers(self.layer, value)

    @property
    def target(self) -> str:
        return self.layer

    def replacement(self, spec: ModelSpec) -> Layer:
        """The layer that takes the place. Raises EditError where it cannot."""
        old, kind = spec.node(self.layer).layer, KINDS.get(self.kind)
        shapes = spec.input_shapes(self.layer)
        if kind is None:
            raise self._refused(f"there is no such kind; the kinds are {', '.join(KINDS)}")
        if not kind.fewest_inputs <= len(shapes) <= kind.most_inputs:
            raise self._refused(f"it does not take {len(shapes)} inputs")
        known = {f.name for f in fields(kind)}
        for key, _ in self.values:
            if key not in known - {"name"} or not isinstance(rules(kind)[key], Real):
                numbers = [name for name, rule in rules(kind).items() if isinstance(rule, Real)]
                raise self._refused(f"it has no number {key!r}; it has {', '.join(numbers) or 'none'}")
        shared = {key: getattr(old, key) for key in known & {f.name for f in fields(old)}}
        try:
            new = kind(**{**shared, **dict(self.values)})
            for key, rule in rules(kind).items():
                check(self.layer, key, getattr(new, key), rule)
            shape, parameters = new.output_shape(*shapes), new.parameter_shapes(*shapes)
        except (TypeError, SpecError) as error:  # a value is missing, or does not fit
            raise self._refused(str(error)) from None
        if shape != spec.shapes[self.layer]:
            raise self._refused(f"it would give {shape_text(shape)} instead of {shape_text(spec.shapes[self.layer])}")
        if parameters and parameters != spec.layer_parameters[self.layer]:
            raise self._refused("it needs parameters that the model does not have")
        if self.layer == spec.graph.output.name and spec.ending not in new.endings:
            raise self._refused(f"the model's answer is read from its {old.kind}")
        return new

    def check(self, spec: ModelSpec) -> None:
        self.replacement(spec)

    def _refused(self, reason: str) -> EditError:
        return EditError(
            "kind_not_swappable",
            f"{self.layer} cannot become {self.kind!r}: {reason}",
            layer=self.layer,
            kind=self.kind,
            reason=reason,
        )


def edited_spec(spec: ModelSpec, edits: Iterable[Edit]) -> ModelSpec:
    """The model with every swap done, after a check of every edit."""
    swapped: dict[str, Layer] = {}
    for edit in edits:
        edit.check(spec)
        if isinstance(edit, SwapKind):
            swapped[edit.layer] = edit.replacement(spec)
    if not swapped:
        return spec
    nodes = (replace(node, layer=swapped.get(node.name, node.layer)) for node in spec.graph.nodes)
    return replace(spec, graph=Graph(tuple(nodes)))


def differing(one: Sequence[Edit], other: Sequence[Edit]) -> frozenset[str]:
    """The layers that the two lists of edits change in different ways."""
    targets = {edit.target for edit in (*one, *other)}
    return frozenset(t for t in targets if _of(one, t) != _of(other, t))


def _of(edits: Sequence[Edit], target: str) -> list[Edit]:
    return [edit for edit in edits if edit.target == target]


def _equal(one: Any, other: Any) -> bool:
    """Whether two fields are the same: arrays number by number."""
    arrays = isinstance(one, np.ndarray) or isinstance(other, np.ndarray)
    return np.array_equal(one, other) if arrays else bool(one == other)


def _numbers(place: str, value: Any) -> Any:
    """The number as a float, or a read-only float32 copy of the array; refused where not finite."""
    found = np.asarray(value)
    if found.dtype.kind not in REAL or not np.isfinite(copy := float_copy(found)).all():
        raise EditError(
            "edit_not_finite",
            f"{place}: an edit must hold finite float32 numbers, and this holds {value!r:.60}",
            place=place,
        )
    if not found.ndim:
        return float(found)
    copy.setflags(write=False)
    return copy


def _same_shape(place: str, value: Array, shape: Shape) -> None:
    if value.shape != shape:
        raise EditError(
            "edit_wrong_shape",
            f"{place}: the edit holds {shape_text(value.shape) or 'a single number'}; "
            f"it must hold {shape_text(shape) or 'a single number'}",
            place=place,
            shape=list(value.shape),
            expected=list(shape),
        )
