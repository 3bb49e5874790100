"""What the sides of a file's tensor mean.

Files lay maps out in different orders (ONNX: batch, channel, row, column; Keras: batch, row, column, channel) and
transpose and reshape them on the way. Every value carries the meaning of its sides by name, so that such steps only
rename, and the model of ours has maps (C, H, W) and vectors (N,) throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnn_loupe.engine.arrays import Shape

BATCH, CHANNEL, ROW, COLUMN, FEATURE, ONE = "N", "C", "H", "W", "F", "1"
# Maps written into one side, map by map or pixel by pixel: a picture that the file takes as a vector.
CHW, HWC = "CHW", "HWC"
# The two parts of the channels in a channel shuffle: C = outer × inner.
OUTER, INNER = "C/outer", "C/inner"
# The second part with all rows and columns in one side: a group of maps, as exporters write group normalisation.
REST = "C/inner,H,W"

NCHW: tuple[str, ...] = (BATCH, CHANNEL, ROW, COLUMN)
NHWC: tuple[str, ...] = (BATCH, ROW, COLUMN, CHANNEL)


@dataclass(frozen=True)
class Activation:
    """A value of the graph under construction.

    layer   the layer of ours that gives it, or "input"
    shape   as our layer gives it: (C, H, W) or (N,)
    axes    the meaning of each side of the file's tensor; "1" for a side of 1 without meaning
    groups  into how many parts the channels are split while their axes are OUTER and INNER
    batch   the batch that the file has written down, 1 where it leaves it open
    """

    layer: str
    shape: Shape
    axes: tuple[str, ...]
    groups: int = 1
    batch: int = 1

    @property
    def is_maps(self) -> bool:
        return len(self.shape) == 3

    def size(self, axis: str) -> int:
        """How long a side of this meaning is."""
        if axis == BATCH:
            return self.batch
        if axis == ONE:
            return 1
        if axis in (CHW, HWC):
            return math.prod(self.shape)
        if axis in (OUTER, INNER):
            return self.groups if axis == OUTER else self.shape[0] // self.groups
        if axis == REST:
            return math.prod(self.shape) // self.groups
        if axis == FEATURE:
            return self.shape[0]
        return self.shape[(CHANNEL, ROW, COLUMN).index(axis)]

    @property
    def sides(self) -> tuple[int, ...]:
        """The shape of the file's tensor."""
        return tuple(self.size(axis) for axis in self.axes)

    @property
    def meaningful(self) -> list[str]:
        """The axes that are longer than 1, without the batch, in the file's order."""
        return [axis for axis in self.axes if axis not in (BATCH, ONE) and self.size(axis) != 1]


def flatten_order(value: Activation) -> str | None:
    """How the file writes these maps into one vector: "chw" or "hwc"; None for an order that neither is."""
    order = value.meaningful
    if not set(order) <= {CHANNEL, ROW, COLUMN}:
        return None
    for name in ("chw", "hwc"):
        if order == [axis for axis in name.upper() if axis in order]:
            return name
    return None
