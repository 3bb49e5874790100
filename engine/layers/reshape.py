"""Layers that put values elsewhere and change none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.fields import SINGLE, Choice, Whole, bad
from cnn_loupe.engine.layers.base import Gradients, Margins, Sides, UnaryLayer, expect_maps
from cnn_loupe.engine.layers.sliding import pad, unpad
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import ReceptiveField, Window


@dataclass(frozen=True)
class Flatten(UnaryLayer):
    """Write all values of the maps into one vector.

    order "chw": map by map, row by row; "hwc": pixel by pixel, the maps of each pixel together, as in
    frameworks whose maps are (H, W, C).
    """

    kind: ClassVar[str] = "flatten"
    keeps_finite: ClassVar[bool] = True

    order: Annotated[str, Choice(("chw", "hwc"))] = "chw"

    def output_shape_of(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        if self.order == "hwc" and x.ndim == 3:
            return x.transpose(1, 2, 0).reshape(-1), x.shape
        return x.reshape(-1), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        if self.order == "hwc" and len(cache) == 3:
            channels, height, width = cache
            return dy.reshape(height, width, channels).transpose(2, 0, 1), {}
        return dy.reshape(cache), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, (x.size,))
        if self.order == "hwc" and x.ndim == 3:
            channels, height, width = x.shape
            row, column, channel = np.unravel_index(at[0], (height, width, channels))
            cell: tuple[int, ...] = (int(channel), int(row), int(column))
        else:
            cell = tuple(int(i) for i in np.unravel_index(at[0], x.shape))
        return Trace("copy", at, terms(x, [cell]))


@dataclass(frozen=True)
class Pad(UnaryLayer):
    """Rows and columns of one value around the maps."""

    kind: ClassVar[str] = "pad"
    keeps_finite: ClassVar[bool] = True

    padding: Margins = (1, 1)
    value: Annotated[float, SINGLE] = 0.0

    @property
    def sliding(self) -> Window:
        return Window.around((1, 1), (1, 1), self.padding)

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, shape)
        return (channels, *self.sliding.output_size(height, width))

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return pad(x, self.sliding, self.value), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return unpad(dy, self.sliding, cache), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        top, left = self.sliding.padding
        (term,) = terms(x, [(at[0], at[1] - top, at[2] - left)])
        return Trace("copy", at, (replace(term, value=self.value) if term.padding else term,))


@dataclass(frozen=True)
class Slice(UnaryLayer):
    """Some of the values along one axis: start, start + step, … below stop.

    axis 0 are the channels (or the units of a vector), 1 the rows, 2 the columns.
    """

    kind: ClassVar[str] = "slice"
    keeps_finite: ClassVar[bool] = True

    axis: Annotated[int, Whole(0, 2)]
    start: Annotated[int, Whole(0, 65535)]
    stop: Annotated[int, Whole(1, 65536)]
    step: Annotated[int, Whole(1, 65535)] = 1

    def output_shape_of(self, shape: Shape) -> Shape:
        if self.axis >= len(shape):
            raise bad(self.name, "axis", self.axis, f"one of the {len(shape)} axes of {shape_text(shape)}")
        if not self.start < self.stop <= shape[self.axis]:
            raise ShapeError(
                "slice_outside",
                f"{self.name}: it takes {self.start} up to {self.stop} of an axis of {shape[self.axis]}; "
                f"start must be below stop, and stop at most {shape[self.axis]}",
                layer=self.name,
                start=self.start,
                stop=self.stop,
                size=shape[self.axis],
            )
        taken = len(range(self.start, self.stop, self.step))
        return tuple(taken if axis == self.axis else size for axis, size in enumerate(shape))

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        if self.axis == 0:
            return before
        return before.sliced(self.axis - 1, self.start, self.stop, self.step)

    def _cut(self, x: Array) -> Array:
        """The part of x that is taken, as a view."""
        return x[(slice(None),) * self.axis + (slice(self.start, self.stop, self.step),)]

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return np.ascontiguousarray(self._cut(x)), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        dx = np.zeros(cache, dy.dtype)
        self._cut(dx)[...] = dy
        return dx, {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        cell = tuple(self.start + i * self.step if axis == self.axis else i for axis, i in enumerate(at))
        return Trace("copy", at, terms(x, [cell]))


@dataclass(frozen=True)
class ChannelShuffle(UnaryLayer):
    """Deal out the channels of `groups` equal groups in turn, as one deals out cards.

    y[j · groups + g] = x[g · C/groups + j]: the next grouped convolution sees maps of every group.
    Source: Zhang et al., 2018 (ShuffleNet), https://arxiv.org/abs/1707.01083.
    """

    kind: ClassVar[str] = "channel_shuffle"
    keeps_finite: ClassVar[bool] = True

    groups: Annotated[int, Whole(1, 4096)]

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, _, _ = expect_maps(self, shape)
        if channels % self.groups:
            raise bad(self.name, "groups", self.groups, f"a divisor of the {channels} channels that come in")
        return shape

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return _dealt(x, self.groups), None

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return _dealt(dy, len(dy) // self.groups), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        channel = at[0] % self.groups * (len(x) // self.groups) + at[0] // self.groups
        return Trace("copy", at, terms(x, [(channel, *at[1:])]))


def _dealt(x: Array, groups: int) -> Array:
    """The channels of the groups in turn; dealing out once more with C / groups groups undoes it."""
    return np.ascontiguousarray(x.reshape(groups, -1, *x.shape[1:]).swapaxes(0, 1)).reshape(x.shape)


@dataclass(frozen=True)
class Upsample(UnaryLayer):
    """Every value repeated `factor` times down and across: y[c, i, j] = x[c, ⌊i / fh⌋, ⌊j / fw⌋]."""

    kind: ClassVar[str] = "upsample"
    keeps_finite: ClassVar[bool] = True

    factor: Sides = (2, 2)

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, shape)
        return (channels, height * self.factor[0], width * self.factor[1])

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        return before.repeated(self.factor)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return x.repeat(self.factor[0], axis=1).repeat(self.factor[1], axis=2), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        channels, height, width = cache
        (fh, fw) = self.factor
        return dy.reshape(channels, height, fh, width, fw).sum(axis=(2, 4)), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        channel, row, column = at
        return Trace("copy", at, terms(x, [(channel, row // self.factor[0], column // self.factor[1])]))
