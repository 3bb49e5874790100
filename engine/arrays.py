"""The names of the array types, so that signatures read as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

# The engine computes in float32; the operations themselves keep whatever floating type they
# are given, so that tests can check derivatives in float64.
Array = npt.NDArray[Any]
Parameters = Mapping[str, Array]
Shape = tuple[int, ...]
Pair = tuple[int, int]  # (height, width), (rows, columns): always in this order
# Around maps: a pair where both ends are alike, else ((top, bottom), (left, right)).
Padding = Pair | tuple[Pair, Pair]

FLOAT = np.float32
REAL = "fiub"  # NumPy's letters for the kinds of dtype that can become FLOAT


def float_copy(given: Array) -> Array:
    """A C-contiguous float32 copy; what lies beyond float32 becomes infinite in it."""
    if given.dtype == FLOAT:
        return np.array(given, order="C")
    with np.errstate(over="ignore"):
        return np.array(given, dtype=FLOAT, order="C")


def shape_text(shape: Shape | list[int]) -> str:
    """`(3, 64, 64)` as people write it: `3×64×64`."""
    return "×".join(str(side) for side in shape)
